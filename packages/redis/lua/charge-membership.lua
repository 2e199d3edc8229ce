#!lua
-- Takes a token from a user's membership bucket. For a join or a create it also adds the group to the user's index,
-- in the same step. `nonce` is empty for a leave, which adds nothing.
local index_key = KEYS[1]
local bucket_key = KEYS[2]
local group_id = ARGV[1]
local nonce = ARGV[2]
local rate_per_sec = ARGV[3]
local rate_burst = ARGV[4]
-- @include clock
-- @include token-bucket
-- @include writable

local now = clock_ms()
local full_again_at, retry_after_ms = check_bucket(now)
if not full_again_at then return { 'refused', integer(now), integer(retry_after_ms) } end
expect_writable(index_key, 'hash', { 'HSET' })
expect_writable(bucket_key, 'string', { 'SET' })
if nonce ~= '' then redis.call('HSET', index_key, group_id, nonce .. '.' .. integer(now)) end
charge(full_again_at, now)
return { 'charged', integer(now) }
