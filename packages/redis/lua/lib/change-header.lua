-- The keys and arguments of every requested change, in addition to those of the group. `user_id` is the user that is
-- changed; `request_id` is escaped for JSON. An empty `rate_per_sec` means that no token is taken, an empty
-- `queue_limit` that the room queue is not checked. With `is_trial` 1 the script checks the change and takes its
-- token, but does not make the change.
-- @include group-header
local dedupe_key = KEYS[13]
local groups_key = KEYS[14]
local on_key = KEYS[15]
local reads_key = KEYS[16]
local bucket_key = KEYS[17]
local user_id = ARGV[9]
local actor = ARGV[10]
local request_id = ARGV[11]
local payload_hash = ARGV[12]
local remember_ms = ARGV[13]
local deadline_ms = ARGV[14]
local rate_per_sec = ARGV[15]
local rate_burst = ARGV[16]
local queue_limit = ARGV[17]
local is_trial = ARGV[18]
-- The scope of a remembered answer: see recall() in dedupe.lua.
local answer_scope = 'log'
