#!lua
-- Marks the erasure that began at `started` as done, and makes it due once more after `again_ms`. Another run of it is
-- left alone, and so is one that was asked to take messages down since: `with_messages` is what the step knew.
local erasure_key = KEYS[1]
local due_key = KEYS[2]
local user_id = ARGV[1]
local started = ARGV[2]
local again_ms = ARGV[3]
local kept_ms = ARGV[4]
local with_messages = ARGV[5]
-- @include clock
-- @include writable

local now = clock_ms()
expect_writable(erasure_key, 'hash', { 'HSET', 'PEXPIRE' })
expect_writable(due_key, 'zset', { 'ZADD' })
local field = redis.call('HMGET', erasure_key, 'status', 'started', 'messages')
if field[1] ~= 'running' or field[2] ~= started then return { 'kept', integer(now) } end
if (field[3] and '1' or '0') ~= with_messages then return { 'kept', integer(now) } end
redis.call('HSET', erasure_key, 'status', 'done', 'finished', integer(now))
redis.call('PEXPIRE', erasure_key, kept_ms)
redis.call('ZADD', due_key, integer(now + again_ms), '$user:' .. user_id)
return { 'finished', integer(now) }
