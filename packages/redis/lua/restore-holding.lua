#!lua
-- Returns a place whose step did not need it, unless another step has taken it again meanwhile. `before` is the
-- earlier entry; empty: none.
local holding_key = KEYS[1]
local group_id = ARGV[1]
local entry = ARGV[2]
local before = ARGV[3]
-- @include clock
-- @include writable

local now = integer(clock_ms())
expect_writable(holding_key, 'hash', { 'HSET', 'HDEL' })
if redis.call('HGET', holding_key, group_id) ~= entry then return { 'kept', now } end
if before == '' then
  redis.call('HDEL', holding_key, group_id)
else
  redis.call('HSET', holding_key, group_id, before)
end
return { 'restored', now }
