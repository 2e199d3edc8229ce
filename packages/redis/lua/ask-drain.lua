#!lua
-- Asks a node to drain: the reply to its next heartbeat says so.
local nodes_key = KEYS[1]
local node_id = ARGV[1]
-- @include clock

local now = integer(clock_ms())
local entry = redis.call('HGET', nodes_key, node_id)
if not entry then return { 'gone', now } end
redis.call('HSET', nodes_key, node_id, (string.gsub(entry, '^(%d+) [01] ', '%1 1 ')))
return { 'asked', now }
