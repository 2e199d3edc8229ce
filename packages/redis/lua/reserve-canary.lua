#!lua
-- Reserves one of `canaries_max` places for a canary group, for `life_ms`. Hash: group id → the end of its time, ms.
local canaries_key = KEYS[1]
local group_id = ARGV[1]
local canaries_max = ARGV[2]
local life_ms = ARGV[3]
-- @include clock
-- @include writable

local now = clock_ms()
expect_writable(canaries_key, 'hash', { 'HSET', 'HDEL', 'PEXPIRE' })
local known = redis.call('HGETALL', canaries_key)
local count, first_end = 0, nil
for i = 1, #known, 2 do
  local ends_at = tonumber(known[i + 1])
  if ends_at <= now then
    redis.call('HDEL', canaries_key, known[i])
  else
    count = count + 1
    first_end = math.min(first_end or ends_at, ends_at)
  end
end
if count >= tonumber(canaries_max) then return { 'full', integer(now), integer(first_end - now) } end
local ends_at = integer(now + life_ms)
redis.call('HSET', canaries_key, group_id, ends_at)
redis.call('PEXPIRE', canaries_key, life_ms)
return { 'reserved', integer(now), ends_at }
