#!lua flags=allow-oom
-- Gives the lease of a partition to a node, unless another node holds it. The node that already holds it keeps its
-- token, and the lease is extended.
-- A token is the time of its grant in ms, or the last token plus one if that is higher. So tokens rise even if Redis
-- has lost the last token.
local lease_key = KEYS[1]
local last_token_key = KEYS[2]
local node_id = ARGV[1]
local ttl_ms = ARGV[2]
-- @include clock
-- @include writable

local now = clock_ms()
local lease = redis.call('GET', lease_key)
if lease then
  local holder, token = string.match(lease, '^(%S+) (%d+)$')
  if holder ~= node_id then return { 'held', integer(now) } end
  redis.call('PEXPIRE', lease_key, ttl_ms)
  return { 'granted', integer(now), token }
end
local last_token = tonumber(redis.call('GET', last_token_key) or '0')
expect_writable(last_token_key, 'string', { 'SET' })
expect_writable(lease_key, 'string', { 'SET' })
local token = integer(math.max(now, last_token + 1))
redis.call('SET', last_token_key, token)
redis.call('SET', lease_key, node_id .. ' ' .. token, 'PX', ttl_ms)
return { 'granted', integer(now), token }
