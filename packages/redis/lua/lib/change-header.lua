-- What a change that somebody asks for is given besides: who asks for what by which request. `user_id` is the subject of
-- the change; `request_id` is escaped for JSON.
-- @include group-header
local dedupe_key = KEYS[9]
local groups_key = KEYS[10]
local on_key = KEYS[11]
local reads_key = KEYS[12]
local user_id = ARGV[8]
local actor = ARGV[9]
local request_id = ARGV[10]
local payload_hash = ARGV[11]
local remember_ms = ARGV[12]
local deadline_ms = ARGV[13]
