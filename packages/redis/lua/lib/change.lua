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

-- Writes nothing, except the ended mutes.
local function refuse(code, detail)
  if group and group.has_ended_mutes then commit(group, now) end
  return { 'refused', integer(now), code, detail and integer(detail) or '' }
end

-- Makes the last checks of every change: a token of the acting user, and room for one more entry in the room queue.
-- @return the reply of the script if it refuses or is a trial; else nil: the token is taken, and nothing can refuse
-- the change after this
local function check_limits()
  local full_again_at, retry_after_ms
  if rate_per_sec ~= '' then
    full_again_at, retry_after_ms = check_bucket(now)
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

-- @param member the record of the changed user after the change; nil if the user is no member
-- @param seq the seq of the entry that records the change
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
