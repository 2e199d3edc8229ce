#!lua
-- Gives back a reserved place that its change did not use, unless another change has reserved it meanwhile. `before`
-- is the entry that the reservation replaced; empty if there was none.
local places_key = KEYS[1]
local group_id = ARGV[1]
local entry = ARGV[2]
local before = ARGV[3]
-- @include clock
-- @include writable

local now = integer(clock_ms())
expect_writable(places_key, 'hash', { 'HSET', 'HDEL' })
if redis.call('HGET', places_key, group_id) ~= entry then return { 'kept', now } end
if before == '' then
  redis.call('HDEL', places_key, group_id)
else
  redis.call('HSET', places_key, group_id, before)
end
return { 'restored', now }
