-- Begins every change: answers a repeated request, refuses a late one, loads the group and ends its due mutes. Then
-- the script makes the checks of its row in the rule table, and ends with refuse() or done().
-- @include clock
-- @include member
-- @include group
-- @include log
-- @include events
-- @include effects
-- @include removal
-- @include due-mutes
-- @include dedupe
-- @include commit
-- @include group-writable
-- @include token-bucket

local now = clock_ms()

local repeated = recall(now, answer_scope)
if repeated then return repeated end
if now > tonumber(deadline_ms) then return { 'late', integer(now) } end

expect_group_writable()
expect_writable(dedupe_key, 'string', { 'SET' })
expect_writable(groups_key, 'zset', { 'ZADD', 'ZREM' })
expect_writable(bucket_key, 'string', { 'SET' })
expect_removable()
local group = load_group()
if group then end_due_mutes(group, now, { actor, user_id }) end

-- @include change-checks

-- @param member the record of the changed user after the change; nil if the user is no member
-- @param seq the seq of the entry that records the change
local function done(member, seq)
  local answer = describe(member) .. ' ' .. group.epoch .. ' ' .. integer(seq)
  commit(group, now, answer)
  -- The end of a group ends its invites: the node pushes that to their users.
  return { 'done', integer(now), answer, unpack(group.uninvited or {}) }
end

local function acts_as_admin()
  if actor == SERVICE then return true end
  local member = find_member(actor, now)
  return member ~= nil and member.status == 'a' and member.role == 'a'
end

-- @return the code of the refusal if the user is not the service, nor an active admin or moderator; else nil
local function refusal_of_moderator(user)
  if user == SERVICE then return nil end
  local member = find_member(user, now)
  if member and member.status == 'a' and member.role ~= 'm' then return nil end
  return group.moderators > 0 and 'not_moderator' or 'not_admin'
end

-- @return true unless the actor is a moderator and the target has a role
local function is_below_actor(target)
  return target.role == 'm' or acts_as_admin()
end
