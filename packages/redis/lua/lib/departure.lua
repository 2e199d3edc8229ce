-- A member goes. The last admin's place goes to the longest-standing active member; a private group without one ends.
-- @include removal

local PAGE = 50

-- Receivers stand in the order of their since_seq; the muted among them are passed over.
-- @return id and record of the longest-standing active member, or nil
local function successor(group, now)
  if group.active == 0 then return nil end
  for first = 0, receivers_count(group) - 1, PAGE do
    for _, user in ipairs(redis.call('ZRANGE', receivers_key, first, first + PAGE - 1)) do
      local candidate = find_member(user, now)
      if candidate.status == 'a' then return user, candidate end
    end
  end
end

-- @param record appends the entry `left` and returns its seq
-- @return that seq
local function depart(group, now, leaver, record)
  local needs_successor = is_last_admin(group, leaver.member)
  remove_member(group, leaver.user, leaver.member)
  local seq = record()
  if not needs_successor then return seq end
  local heir, member = successor(group, now)
  if heir then
    give_role(group, heir, member, 'a')
    append_event(group, now, { type = 'promoted', user = heir, actor = SERVICE, tail = ',"roles":["admin"]' })
  elseif group.type ~= 'public' then
    append_event(group, now, { type = 'deleted', user = SERVICE, actor = SERVICE })
    bury(group, now)
  end
  return seq
end
