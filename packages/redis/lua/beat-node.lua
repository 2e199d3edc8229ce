#!lua flags=allow-oom
-- Registers a node, or adds one to its heartbeat count. An entry of the registry is
-- `<heartbeat count> <1 if the node was asked to drain, else 0> <card>`.
local nodes_key = KEYS[1]
local node_id = ARGV[1]
local card = ARGV[2]
-- @include clock

local now = integer(clock_ms())
local entry = redis.call('HGET', nodes_key, node_id)
local beat, is_drain_asked = string.match(entry or '0 0 ', '^(%d+) ([01]) ')
redis.call('HSET', nodes_key, node_id, integer(beat + 1) .. ' ' .. is_drain_asked .. ' ' .. card)
return { entry and 'counted' or 'registered', now, is_drain_asked }
