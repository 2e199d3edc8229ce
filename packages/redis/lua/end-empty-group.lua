#!lua
-- Ends a public group that has had no member and no entry for `ttl_ms`, as the last look: a join or an entry before it keeps the
-- group. Takes the group off the list of what is due, or lists it by the time of its end. With an empty `ttl_ms` no group ends so.
-- @include group-header
local groups_key = KEYS[13]
local on_key = KEYS[14]
local reads_key = KEYS[15]
local present_key = KEYS[16]
local changed_key = KEYS[17]
local reactors_key = KEYS[18]
local mentions_key = KEYS[19]
local links_key = KEYS[20]
local ttl_ms = ARGV[9]
-- @include clock
-- @include member
-- @include group
-- @include log
-- @include events
-- @include effects
-- @include removal
-- @include commit
-- @include group-writable

local now = clock_ms()
-- @include states-removable
expect_writable(links_key, 'hash', { 'UNLINK' })
expect_writable(groups_key, 'zset', { 'ZREM' })
expect_removable()
expect_group_writable()

local name = EMPTY_PREFIX .. group_id
local group = load_group()
local since = group and is_empty(group) and tonumber(redis.call('HGET', group_key, 'empty_since') or nil)
if not since or ttl_ms == '' then
  redis.call('ZREM', due_key, name)
  return { 'stays', integer(now) }
end
local ends_at = since + tonumber(ttl_ms)
if now < ends_at then
  redis.call('ZADD', due_key, integer(ends_at), name)
  return { 'stays', integer(now) }
end
local seq = append_event(group, now, { type = 'deleted', user = SERVICE, actor = SERVICE })
leave_tombstone(group, now)
commit(group, now)
redis.call('ZREM', due_key, name)
return { 'ended', integer(now), group.epoch, integer(seq), unpack(group.uninvited) }
