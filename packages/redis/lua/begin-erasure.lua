#!lua
-- Begins the erasure of a user and makes it due. An erasure that runs continues; one that is done begins anew.
-- Fields: `status` is `running` or `done`; `started` and `finished` are times, ms; `left` counts groups.
local erasure_key = KEYS[1]
local due_key = KEYS[2]
local user_id = ARGV[1]
-- @include clock
-- @include writable

local now = integer(clock_ms())
expect_writable(erasure_key, 'hash', { 'HSET', 'UNLINK' })
expect_writable(due_key, 'zset', { 'ZADD' })
local field = redis.call('HMGET', erasure_key, 'status', 'started', 'left')
if field[1] == 'running' then return { 'running', now, field[2], field[3] } end
redis.call('UNLINK', erasure_key)
redis.call('HSET', erasure_key, 'status', 'running', 'started', now, 'left', '0')
redis.call('ZADD', due_key, now, '$user:' .. user_id)
return { 'running', now, now, '0' }
