#!lua
-- Revokes every token that was issued to a user until now. The stored time never sinks, even if Redis' clock steps
-- back.
local revoked_key = KEYS[1]
local kept_ms = ARGV[1]
-- @include clock
-- @include writable

local now = clock_ms()
expect_writable(revoked_key, 'string', { 'SET' })
local revoked_at = math.max(now, tonumber(redis.call('GET', revoked_key) or 0))
redis.call('SET', revoked_key, integer(revoked_at), 'PX', kept_ms)
return { 'revoked', integer(now), integer(revoked_at) }
