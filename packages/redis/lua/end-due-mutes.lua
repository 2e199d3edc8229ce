#!lua
-- Ends due mutes and bans where no change of the group does it: in idle groups, and before a message.
-- `user_id`: a user whose mute ends now even if many others are due, or empty.
-- @include group-header
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

local now = clock_ms()
local group = load_group()
if not group then
  redis.call('ZREM', due_key, group_id)
  return { 'gone', integer(now) }
end
expect_group_writable()
end_due_mutes(group, now, { user_id })
if group.has_ended_mutes then commit(group, now) end
return { 'ended', integer(now) }
