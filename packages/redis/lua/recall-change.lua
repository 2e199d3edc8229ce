#!lua flags=no-writes
-- The earlier answer to a request, for a request that the membership bucket stops before its own script.
local group_key = KEYS[1]
local dedupe_key = KEYS[2]
local payload_hash = ARGV[1]
local scope = ARGV[2]
-- @include clock
-- @include dedupe

local now = clock_ms()
return recall(now, scope) or { 'none', integer(now) }
