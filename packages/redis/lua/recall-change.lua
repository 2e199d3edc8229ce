#!lua flags=no-writes
-- What was answered to a request before: for one that the membership bucket has stopped on the way to its script.
local group_key = KEYS[1]
local dedupe_key = KEYS[2]
local payload_hash = ARGV[1]
local scope = ARGV[2]
-- @include clock
-- @include dedupe

local now = clock_ms()
return recall(now, scope) or { 'none', integer(now) }
