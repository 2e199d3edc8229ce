#!lua
-- Ends the due mutes and bans of a group. Every change of a group does this too; this script serves idle groups and
-- sends. Besides, it keeps the states of changed messages, and the mentions, as long as the log needs them.
-- `user_id` is empty, or a user whose due mute must end in this call even if many others are due.
-- @include group-header
local present_key = KEYS[13]
local changed_key = KEYS[14]
local reactors_key = KEYS[15]
local mentions_key = KEYS[16]
local user_id = ARGV[9]
-- @include clock
-- @include member
-- @include group
-- @include log
-- @include events
-- @include effects
-- @include due-mutes
-- @include commit
-- @include group-writable
-- @include message-states

-- Bounds the time of one call; the next call removes more.
local UNNEEDED_DROPPED_PER_CALL = 100
local NEXT_CALL_MS = 1000

local now = clock_ms()
local group = load_group()
if not group then
  redis.call('ZREM', due_key, group_id)
  return { 'gone', integer(now) }
end
expect_group_writable()
expect_writable(present_key, 'hash', { 'HDEL', 'PEXPIRE', 'UNLINK' })
expect_writable(changed_key, 'zset', { 'ZREM', 'PEXPIRE', 'UNLINK' })
expect_writable(reactors_key, 'zset', { 'ZREM', 'PEXPIRE', 'UNLINK' })
expect_writable(mentions_key, 'zset', { 'ZREM', 'PEXPIRE', 'UNLINK' })

-- Runs once per lifetime of the log.
local function keep_states()
  if not group.changes_due or now < group.changes_due then return end
  if redis.call('XLEN', log_key) == 0 then
    redis.call('UNLINK', present_key, changed_key, reactors_key, mentions_key)
    redis.call('HDEL', group_key, 'changes_due')
    group.changes_due = nil
    return
  end
  renew_states(group, now)
  local are_states_dropped = drop_unneeded(group, UNNEEDED_DROPPED_PER_CALL)
  if not drop_old_mentions(UNNEEDED_DROPPED_PER_CALL) or not are_states_dropped then
    group.changes_due = now + NEXT_CALL_MS
    redis.call('HSET', group_key, 'changes_due', integer(group.changes_due))
  end
end

keep_states()
end_due_mutes(group, now, { user_id })
-- Without an entry nothing extends the lifetime of the log.
if group.appended then
  commit(group, now)
elseif group.has_ended_mutes then
  save_group(group)
end
return { 'ended', integer(now) }
