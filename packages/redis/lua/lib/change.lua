-- The frame of every state change. It answers a repeated request, refuses a late one, loads the group and settles it;
-- the script then follows its row of the rule table and ends in exactly one of refuse() and done().
-- @include clock
-- @include member
-- @include group
-- @include log
-- @include events
-- @include effects
-- @include removal
-- @include settle
-- @include dedupe
-- @include commit
-- @include group-writable

local now = clock_ms()

local repeated = recall(now)
if repeated then return repeated end
if now > tonumber(deadline_ms) then return { 'late', integer(now) } end

expect_group_writable()
expect_writable(dedupe_key, 'string', { 'SET' })
expect_writable(groups_key, 'zset', { 'ZADD', 'ZREM' })
expect_removable()
local group = load_group()
if group then settle(group, now, { actor, user_id }) end

-- Writes nothing beyond what was settled.
local function refuse(code)
  if group and group.is_settled then commit(group, now) end
  return { 'refused', integer(now), code, '' }
end

-- @param member where the subject stands after the change; nil when he is no member any more
-- @param seq of the entry that records the change
local function done(member, seq)
  local answer = describe(member) .. ' ' .. group.epoch .. ' ' .. integer(seq)
  commit(group, now, answer)
  return { 'done', integer(now), answer }
end

local function acts_as_admin()
  if actor == SERVICE then return true end
  local member = find_member(actor, now)
  return member ~= nil and member.status == 'a' and member.role == 'a'
end
