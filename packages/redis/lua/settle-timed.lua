#!lua
-- Removes messages from those of a group that wait for a time. `messages`: their names in `timed`, each after a space.
-- `seen`: the score of the group in `due` when the owner looked. With another score it stays due by that score, because a
-- member has left since, whose open messages the owner has to close.
local timed_key = KEYS[1]
local due_key = KEYS[2]
local group_id = ARGV[1]
local messages = ARGV[2]
local seen = ARGV[3]
-- @include clock
-- @include writable
-- @include timed

local now = integer(clock_ms())
expect_writable(timed_key, 'zset', { 'ZREM' })
expect_writable(due_key, 'zset', { 'ZADD', 'ZREM' })
for id in string.gmatch(messages, '%S+') do redis.call('ZREM', timed_key, id) end
local at = redis.call('ZRANGE', timed_key, 0, 0, 'WITHSCORES')[2]
local score = redis.call('ZSCORE', due_key, TIMED_PREFIX .. group_id)
if at and score and tonumber(score) ~= tonumber(seen) then return { 'settled', now } end
if at then
  redis.call('ZADD', due_key, at, TIMED_PREFIX .. group_id)
else
  redis.call('ZREM', due_key, TIMED_PREFIX .. group_id)
end
return { 'settled', now }
