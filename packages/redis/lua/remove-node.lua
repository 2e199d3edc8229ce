#!lua flags=allow-oom
-- Removes a node from the registry, unless its heartbeat count is no longer `beat`. An empty `beat` removes the node
-- in any case: a node that stops removes itself this way.
local nodes_key = KEYS[1]
local node_id = ARGV[1]
local beat = ARGV[2]
-- @include clock

local now = integer(clock_ms())
local entry = redis.call('HGET', nodes_key, node_id)
if not entry or (beat ~= '' and string.match(entry, '^%d+') ~= beat) then return { 'kept', now } end
redis.call('HDEL', nodes_key, node_id)
return { 'removed', now }
