#!lua
-- Checks a message before slow adapters are asked: a repeated request gets its first answer, and a forbidden one its
-- refusal. Takes a token if `is_rate_limited` is 1; writes nothing else. append-messages checks everything again,
-- because the group may change in between.
local group_key = KEYS[1]
local members_key = KEYS[2]
local dedupe_key = KEYS[3]
local bucket_key = KEYS[4]
local slow_key = KEYS[5]
local sender_id = ARGV[1]
local payload_hash = ARGV[2]
local deadline_ms = ARGV[3]
local are_mutes_ended = ARGV[4]
local is_rate_limited = ARGV[5]
local rate_per_sec = ARGV[6]
local rate_burst = ARGV[7]
-- @include clock
-- @include admission
-- @include token-bucket
-- @include writable

local now = clock_ms()

local reply = early_reply(now)
if reply then return reply end
local field = redis.call('HMGET', group_key, 'deleted', 'epoch', 'next_due', 'sending')
if not field[2] or field[1] then return refusal(now, 'group_not_found') end
reply = reply_to_sender(now, { next_due = field[3], sending = field[4] })
if reply then return reply end
if is_rate_limited == '1' then
  local full_again_at, retry_after_ms = check_bucket(now)
  if not full_again_at then return refusal(now, 'rate_limited', retry_after_ms) end
  expect_right('SET', bucket_key)
  charge(full_again_at, now)
end
return { 'admitted', integer(now) }
