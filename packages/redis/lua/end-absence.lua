#!lua
-- Ends the membership of a user that was absent from an ephemeral group for `absence_ms`, unless the user is online
-- again or has joined again since. If the group ends with it, the reply says so: the epoch and the seq of the entry `deleted`,
-- and the users whose invites have ended.
-- @include group-header
local groups_key = KEYS[13]
local on_key = KEYS[14]
local reads_key = KEYS[15]
local away_key = KEYS[16]
local present_key = KEYS[17]
local changed_key = KEYS[18]
local reactors_key = KEYS[19]
local mentions_key = KEYS[20]
local links_key = KEYS[21]
local user_id = ARGV[9]
local absence_ms = ARGV[10]
-- @include clock
-- @include member
-- @include group
-- @include log
-- @include events
-- @include effects
-- @include departure
-- @include due-mutes
-- @include commit
-- @include group-writable

local now = clock_ms()
local absence = group_id .. ' ' .. user_id
local ends_at = tonumber(redis.call('ZSCORE', away_key, absence))
if not ends_at or ends_at > now then return { 'stayed', integer(now) } end
-- @include states-removable
expect_writable(links_key, 'hash', { 'UNLINK' })
expect_writable(away_key, 'zset', { 'ZREM' })
expect_writable(groups_key, 'zset', { 'ZREM' })
expect_removable()
expect_group_writable()
local group = load_group()
if not group then
  redis.call('ZREM', away_key, absence)
  return { 'stayed', integer(now) }
end

end_due_mutes(group, now, { user_id })
redis.call('ZREM', away_key, absence)
local member = find_member(user_id, now)
local is_absent = member ~= nil and member.status ~= 'p' and redis.call('HEXISTS', on_key, user_id) == 0
  and tonumber(member.joined_at) <= ends_at - tonumber(absence_ms)
if is_absent then
  local event = { type = 'left', user = user_id, actor = SERVICE, tail = ',"reason":"absence"' }
  depart(group, now, { user = user_id, member = member }, event)
end
if is_absent or group.has_ended_mutes then commit(group, now) end
if group.is_deleted then return { 'ended', integer(now), group.epoch, integer(group.seq), unpack(group.uninvited) } end
return { is_absent and 'left' or 'stayed', integer(now) }
