#!lua flags=no-writes
-- Reads the number of online users of a group, and the ids of at most `limit` of them.
local on_key = KEYS[1]
local limit = ARGV[1]
-- @include clock

local now = integer(clock_ms())
local count = redis.call('HLEN', on_key)
local reply = { 'online', now, tostring(count) }
if count <= tonumber(limit) then
  for _, user in ipairs(redis.call('HKEYS', on_key)) do reply[#reply + 1] = user end
  return reply
end
local fields = redis.call('HSCAN', on_key, '0', 'COUNT', limit)[2]
for at = 1, math.min(#fields, 2 * tonumber(limit)), 2 do reply[#reply + 1] = fields[at] end
return reply
