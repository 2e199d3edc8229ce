#!lua
-- Removes messages from those of a group that wait for a time. `messages`: their names in `timed`, each after a space.
local timed_key = KEYS[1]
local due_key = KEYS[2]
local group_id = ARGV[1]
local messages = ARGV[2]
-- @include clock
-- @include writable
-- @include timed

local now = integer(clock_ms())
expect_writable(timed_key, 'zset', { 'ZREM' })
expect_writable(due_key, 'zset', { 'ZADD', 'ZREM' })
for id in string.gmatch(messages, '%S+') do redis.call('ZREM', timed_key, id) end
local at = redis.call('ZRANGE', timed_key, 0, 0, 'WITHSCORES')[2]
if at then
  redis.call('ZADD', due_key, at, TIMED_PREFIX .. group_id)
else
  redis.call('ZREM', due_key, TIMED_PREFIX .. group_id)
end
return { 'settled', now }
