#!lua flags=no-writes,allow-cross-slot-keys
-- Counts what each key holds, by SCARD or XLEN. Replies one number per key, or `-` if this server cannot say (in a
-- Cluster: another server has the slot).
-- In a Cluster the keys are in several slots of this server: then KEYS has the first one, and the others follow in
-- ARGV.
local command = ARGV[1]
-- @include clock
-- @include many-keys

local key_at, count = many_keys(1)
local reply = { 'counted', integer(clock_ms()) }
for at = 1, count do
  local entries = redis.pcall(command, key_at(at))
  reply[#reply + 1] = has_failed(entries) and '-' or integer(entries)
end
return reply
