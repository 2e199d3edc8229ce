#!lua
-- Leaves a group. The last admin's place goes to the longest-standing active member; a private group without one ends.
-- @include change-header
-- @include change
-- @include change-entry

local PAGE = 50

-- Receivers stand in the order of their since_seq; the muted among them are passed over.
-- @return id and record of the longest-standing active member, or nil
local function successor()
  if group.active == 0 then return nil end
  for first = 0, receivers_count(group) - 1, PAGE do
    for _, user in ipairs(redis.call('ZRANGE', receivers_key, first, first + PAGE - 1)) do
      local candidate = find_member(user, now)
      if candidate.status == 'a' then return user, candidate end
    end
  end
end

if not group then return refuse('group_not_found') end
local member = find_member(user_id, now)
if not member then return refuse('user_not_in_group') end

local needs_successor = is_last_admin(group, member)
remove_member(group, user_id, member)
local seq = record_change('left')
if needs_successor then
  local heir, record = successor()
  if heir then
    give_role(group, heir, record, 'a')
    append_event(group, now, { type = 'promoted', user = heir, actor = SERVICE, tail = roles_field(record) })
  elseif group.type ~= 'public' then
    append_event(group, now, { type = 'deleted', user = SERVICE, actor = SERVICE })
    bury(group, now)
  end
end
return done(nil, seq)
