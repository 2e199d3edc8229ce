#!lua
-- Notes a step of an erasure that takes messages down: adds `done` to its messages. Another run than the one that began at
-- `started` is left alone.
local erasure_key = KEYS[1]
local started = ARGV[1]
local done = ARGV[2]
local archive = ARGV[3]
local place = ARGV[4]
-- @include clock
-- @include writable

local now = integer(clock_ms())
expect_writable(erasure_key, 'hash', { 'HSET', 'HINCRBY' })
local field = redis.call('HMGET', erasure_key, 'status', 'started', 'messages')
if field[1] ~= 'running' or field[2] ~= started or not field[3] then return { 'kept', now } end
redis.call('HINCRBY', erasure_key, 'messages', done)
redis.call('HSET', erasure_key, 'archive', archive, 'place', place)
return { 'noted', now }
