#!lua
-- Ends the mutes whose time has come, where no change of the group does it: in idle groups, and before a message.
-- `user_id` is a user whose mute ends now even if many others are due, or empty.
local group_key = KEYS[1]
local members_key = KEYS[2]
local receivers_key = KEYS[3]
local pending_key = KEYS[4]
local mutes_key = KEYS[5]
local log_key = KEYS[6]
local outbox_key = KEYS[7]
local due_key = KEYS[8]
local group_id = ARGV[1]
local epoch_offer = ARGV[2]
local room = ARGV[3]
local channel = ARGV[4]
local history_max_entries = ARGV[5]
local history_max_age_ms = ARGV[6]
local is_outbox_written = ARGV[7]
local user_id = ARGV[8]
-- @include clock
-- @include member
-- @include group
-- @include log
-- @include events
-- @include effects
-- @include settle
-- @include commit
-- @include group-writable

local now = clock_ms()
local group = load_group()
if not group then
  redis.call('ZREM', due_key, group_id)
  return { 'gone', integer(now) }
end
expect_group_writable()
settle(group, now, { user_id })
if group.is_settled then commit(group, now) end
return { 'settled', integer(now) }
