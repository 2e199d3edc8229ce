#!lua
-- Begins the life of a group again whose members a rebuild has written before: a new epoch behind the last seq that the archive has,
-- and an empty log. A group that exists is left as it is. `fields`: names and values of the group's hash, one per line.
local group_key = KEYS[1]
local groups_key = KEYS[2]
local due_key = KEYS[3]
local group_id = ARGV[1]
local epoch = ARGV[2]
local next_due = ARGV[3]
local is_empty = ARGV[4]
local fields = ARGV[5]
-- @include clock
-- @include epoch
-- @include writable

local now = clock_ms()
expect_writable(group_key, 'hash', { 'HSET', 'UNLINK' })
expect_writable(groups_key, 'zset', { 'ZADD' })
expect_writable(due_key, 'zset', { 'ZADD' })
local known = redis.call('HMGET', group_key, 'epoch', 'deleted')
if known[1] and not known[2] then return { 'exists', integer(now) } end
redis.call('UNLINK', group_key)
-- The fields that every message reads come first, as in lib/creation.
redis.call('HSET', group_key, 'epoch', epoch, 'hist', replication_history(redis.call('INFO', 'replication')))
for name, value in string.gmatch(fields, '(%S+) ([^\n]*)\n') do redis.call('HSET', group_key, name, value) end
redis.call('ZADD', groups_key, 0, group_id)
if next_due ~= '' then redis.call('ZADD', due_key, next_due, group_id) end
if is_empty == '1' then
  redis.call('HSET', group_key, 'empty_since', integer(now))
  redis.call('ZADD', due_key, integer(now), '$empty:' .. group_id)
end
return { 'restored', integer(now) }
