#!lua
-- Publishes an ephemeral message to the nodes that host the group, as its last act. It is checked, charged and remembered as
-- append-messages does with a message for the log, except for the room queue; it is stored nowhere.
-- `fields`: JSON fields of the push, from `request_id` up to its timestamp, each before a comma.
local group_key = KEYS[1]
local members_key = KEYS[2]
local log_key = KEYS[3]
local dedupe_key = KEYS[4]
local bucket_key = KEYS[5]
local slow_key = KEYS[6]
local sender_id = ARGV[1]
local payload_hash = ARGV[2]
local deadline_ms = ARGV[3]
local are_mutes_ended = ARGV[4]
local is_rate_limited = ARGV[5]
local rate_per_sec = ARGV[6]
local rate_burst = ARGV[7]
local remember_ms = ARGV[8]
local group_id = ARGV[9]
local room = ARGV[10]
local channel = ARGV[11]
local reply_to = ARGV[12]
local mentions = ARGV[13]
local fields = ARGV[14]
-- @include clock
-- @include admission
-- @include token-bucket
-- @include writable
-- @include slow-mode
-- @include references
-- @include presence
-- @include members-version

local now = clock_ms()

local reply = early_reply(now)
if reply then return reply end
local field = redis.call('HMGET', group_key, 'deleted', 'epoch', 'seq', 'active', 'muted', 'next_due', 'sending')
local epoch, seq = field[2], field[3]
if not epoch or field[1] then return refusal(now, 'group_not_found') end
local slow_mode_ms
reply, slow_mode_ms = reply_to_sender(now, { next_due = field[6], sending = field[7] })
if reply then return reply end
local full_again_at, retry_after_ms
if is_rate_limited == '1' then
  full_again_at, retry_after_ms = check_bucket(now)
  if not full_again_at then return refusal(now, 'rate_limited', retry_after_ms) end
  expect_right('SET', bucket_key)
end
local found = resolve_references(now, { reply_to = reply_to, users = mentions })
if not found then return refusal(now, 'message_not_found') end
expect_right('SET', dedupe_key)
expect_right('SPUBLISH', channel)
if slow_mode_ms then expect_slow_rights() end

if full_again_at then charge(full_again_at, now) end
if slow_mode_ms then note_sent(now, slow_mode_ms) end
-- The place of the last entry before the message: the answer is valid as long as the log has it.
local answer = epoch .. ' ' .. seq .. ' ' .. integer(field[4] + field[5]) .. ' ' .. integer(now) .. ' ' .. found.words
remember(answer)
queue_ephemeral('ephemeral_message', ',' .. fields .. found.fields .. '"timestamp":"' .. iso_time(now)
  .. '","epoch":"' .. epoch .. '","after_seq":' .. seq, members_version_in(field[7]))
publish_entries()
return { 'sent', integer(now), answer }
