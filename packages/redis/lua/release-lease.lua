#!lua flags=allow-oom
-- Releases a lease if this node still holds it under this token. The last token stays stored, so later tokens are
-- higher.
local lease_key = KEYS[1]
local node_id = ARGV[1]
local token = ARGV[2]
-- @include clock
-- @include fence

local now = integer(clock_ms())
if not expect_lease(lease_key, node_id, token) then return { 'stale', now } end
redis.call('UNLINK', lease_key)
return { 'released', now }
