#!lua
-- Ends the due mutes and bans of a group. Every change of a group does this too; this script serves idle groups and
-- sends.
-- `user_id` is empty, or a user whose due mute must end in this call even if many others are due.
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
