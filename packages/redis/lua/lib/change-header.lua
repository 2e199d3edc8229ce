-- Keys and arguments of a requested change, besides those of the group. `user_id` is the subject of the change;
-- `request_id` is escaped for JSON. `rate_per_sec` is empty where no token is taken, `queue_limit` where the room
-- queue does not count. A trial (`1`) judges and charges the change, and ends there.
-- @include group-header
local dedupe_key = KEYS[11]
local groups_key = KEYS[12]
local on_key = KEYS[13]
local reads_key = KEYS[14]
local bucket_key = KEYS[15]
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
-- Where a remembered answer counts: see dedupe.
local answer_scope = 'log'
