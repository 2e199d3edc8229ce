-- The frame of every change. It answers a repeated request, refuses a late one, loads the group and ends its due
-- mutes. Then the script follows its row of the rule table and ends in exactly one of refuse() and done().
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
-- @include bucket

-- @constant OVERLOADED_RETRY_MS

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

-- Writes nothing except the ends of due mutes.
local function refuse(code, detail)
  if group and group.has_ended_mutes then commit(group, now) end
  return { 'refused', integer(now), code, detail and integer(detail) or '' }
end

-- The last checks of every change: the acting user's token, and room for one more entry that the archive has to take.
-- @return the reply of the script, or nil: then the token is taken, and nothing refuses the change after this. A
-- trial ends here.
local function check_limits()
  local full_again_at, retry_after_ms
  if rate_per_sec ~= '' then
    full_again_at, retry_after_ms = draw(now)
    if not full_again_at then return refuse('rate_limited', retry_after_ms) end
  end
  if queue_limit ~= '' and tonumber(redis.call('HGET', queued_key, group_id) or 0) >= tonumber(queue_limit) then
    return refuse('room_overloaded', OVERLOADED_RETRY_MS)
  end
  if full_again_at then charge(full_again_at, now) end
  if is_trial ~= '1' then return nil end
  if group and group.has_ended_mutes then commit(group, now) end
  return { 'admitted', integer(now) }
end

-- @param member the record of the subject after the change; nil when the subject is no member
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
