#!lua flags=no-writes
-- What was answered to a request before: for one that the membership bucket has stopped on the way to its script.
local dedupe_key = KEYS[1]
local payload_hash = ARGV[1]
-- @include clock
-- @include dedupe

local now = clock_ms()
return recall(now) or { 'none', integer(now) }
