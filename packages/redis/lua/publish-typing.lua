#!lua
-- Publishes to the nodes that host the group that a user is typing, if the user may send. Writes nothing.
local group_key = KEYS[1]
local members_key = KEYS[2]
local group_id = ARGV[1]
local user_id = ARGV[2]
local room = ARGV[3]
local channel = ARGV[4]
-- @include clock
-- @include member
-- @include presence
-- @include writable

local now = clock_ms()

local function refuse(code, detail)
  return { 'refused', integer(now), code, detail and integer(detail) or '' }
end

local field = redis.call('HMGET', group_key, 'type', 'deleted')
if not field[1] or field[2] then return refuse('group_not_found') end
local member, is_banned, banned_until = find_member(user_id, now)
if is_banned then return refuse('banned', banned_until) end
if not member then return refuse('not_a_member') end
if member.status == 'p' then return refuse('pending_membership') end
local is_muted = member.status == 'm' and not (member.ends_at and member.ends_at <= now)
if is_muted then return refuse('muted', member.ends_at) end
expect_right('SPUBLISH', channel)
queue_ephemeral('typing', ',"user_id":"' .. user_id .. '"')
publish_entries()
return { 'published', integer(now) }
