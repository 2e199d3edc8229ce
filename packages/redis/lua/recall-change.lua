#!lua flags=no-writes
-- Reads the earlier answer to a repeated request. A request that finds its membership bucket empty asks this, because
-- its own script does not run.
local group_key = KEYS[1]
local dedupe_key = KEYS[2]
local payload_hash = ARGV[1]
local scope = ARGV[2]
-- @include clock
-- @include dedupe

local now = clock_ms()
return recall(now, scope) or { 'none', integer(now) }
