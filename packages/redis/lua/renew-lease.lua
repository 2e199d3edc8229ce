#!lua flags=allow-oom
-- Extends a lease if this node still holds it under this token.
local lease_key = KEYS[1]
local node_id = ARGV[1]
local token = ARGV[2]
local ttl_ms = ARGV[3]
-- @include clock
-- @include fence

local now = integer(clock_ms())
if not expect_lease(lease_key, node_id, token) then return { 'stale', now } end
redis.call('PEXPIRE', lease_key, ttl_ms)
return { 'renewed', now }
