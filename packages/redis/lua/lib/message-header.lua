-- The keys and arguments of every change of a message, in addition to those of the group. `message_epoch` and
-- `target_seq` are the two parts of the message id. Empty `rate_per_sec`, `queue_limit` and `is_trial`: see
-- change-header.
-- @include group-header
local dedupe_key = KEYS[13]
local bucket_key = KEYS[14]
local present_key = KEYS[15]
local changed_key = KEYS[16]
local reactors_key = KEYS[17]
local mentions_key = KEYS[18]
local actor = ARGV[9]
local request_id = ARGV[10]
local payload_hash = ARGV[11]
local remember_ms = ARGV[12]
local deadline_ms = ARGV[13]
local rate_per_sec = ARGV[14]
local rate_burst = ARGV[15]
local queue_limit = ARGV[16]
local is_trial = ARGV[17]
local message_epoch = ARGV[18]
local target_seq = ARGV[19]
