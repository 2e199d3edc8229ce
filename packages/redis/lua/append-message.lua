#!lua
-- Checks, numbers, stores and publishes one message. All refusals come before the first write.
-- Every message runs this script, so it does not end due mutes: it replies `due`, the node runs end-due-mutes, and
-- then this script again.
-- `wire_head` is the push payload up to the timestamp; `sender_id` is the actor of the request. `room_queue_limit` is
-- empty without an archive: then the room queue is neither checked nor counted.
local group_key = KEYS[1]
local members_key = KEYS[2]
local log_key = KEYS[3]
local outbox_key = KEYS[4]
local queued_key = KEYS[5]
local reads_key = KEYS[6]
local bucket_key = KEYS[7]
local dedupe_key = KEYS[8]
local group_id = ARGV[1]
local room = ARGV[2]
local channel = ARGV[3]
local history_max_entries = ARGV[4]
local history_max_age_ms = ARGV[5]
local is_outbox_written = ARGV[6]
local room_queue_limit = ARGV[7]
local rate_per_sec = ARGV[8]
local rate_burst = ARGV[9]
local sender_id = ARGV[10]
local request_id = ARGV[11]
local payload_hash = ARGV[12]
local remember_ms = ARGV[13]
local epoch_offer = ARGV[14]
local deadline_ms = ARGV[15]
local are_mutes_ended = ARGV[16]
local is_rate_limited = ARGV[17]
local wire_head = ARGV[18]
-- @include clock
-- @include epoch
-- @include log
-- @include admission
-- @include token-bucket
-- @include writable

-- @constant OVERLOADED_RETRY_MS
-- A local alias saves a table lookup per call.
local call = redis.call

local now = clock_ms()

local reply = early_reply(now)
if reply then return reply end
local field = call('HMGET', group_key, 'deleted', 'epoch', 'hist', 'seq', 'active', 'muted', 'next_due', 'log_renewal',
  'events')
if not field[2] or field[1] then return refusal(now, 'group_not_found') end
reply = reply_to_sender(now, field[7])
if reply then return reply end
local full_again_at, retry_after_ms
if is_rate_limited == '1' then
  full_again_at, retry_after_ms = check_bucket(now)
  if not full_again_at then return refusal(now, 'rate_limited', retry_after_ms) end
  expect_right('SET', bucket_key)
end
if room_queue_limit ~= '' then
  local queued = tonumber(call('HGET', queued_key, group_id) or 0)
  if queued >= tonumber(room_queue_limit) then return refusal(now, 'room_overloaded', OVERLOADED_RETRY_MS) end
  expect_right('HINCRBY', queued_key)
end
if is_outbox_written == '1' then
  -- A key of the wrong type ends the script here, before the first write.
  call('XLEN', outbox_key)
  expect_right('XADD', outbox_key)
end
-- A key of the wrong type ends the script here, before the first write.
call('HLEN', reads_key)
expect_right('HSET', reads_key)
local log_renewal = tonumber(field[8])
local is_log_renewed = not log_renewal or now >= log_renewal
if is_log_renewed then expect_right('PEXPIRE', log_key) end
-- A wrong type of any other key has already failed at a read. A wrong type of the log fails at XADD, which is the
-- first write, so nothing has been written then.
expect_right('HSET', group_key)
expect_right('SET', dedupe_key)
expect_right('SPUBLISH', channel)

local group = { epoch = field[2], hist = field[3], seq = tonumber(field[4]) }
continue_epoch(group)
local epoch, seq = group.epoch, group.seq + 1
local seq_text, now_text = integer(seq), integer(now)
local recipients = integer(field[5] + field[6])
local wire = wire_head .. iso_time(now) .. '","message_id":"' .. epoch .. '-' .. seq_text
  .. '","epoch":"' .. epoch .. '","seq":' .. seq_text .. '}}'
local messages = integer(seq - (field[9] or 0))
store_entry(seq_text, 'm', wire, messages)
-- A sender has read up to its own message.
call('HSET', reads_key, sender_id, seq_text .. ' ' .. messages)
if room_queue_limit ~= '' then call('HINCRBY', queued_key, group_id, '1') end
call('HSET', group_key, 'seq', seq_text)
save_epoch(group)
if full_again_at then charge(full_again_at, now) end
if is_log_renewed then renew_log(now) end
local answer = epoch .. ' ' .. seq_text .. ' ' .. recipients .. ' ' .. now_text
remember(answer)
local uid = 'm ' .. uid_head(epoch, seq, recipients, now) .. sender_id .. ' ' .. request_id
call('SPUBLISH', channel, payload_of(uid, 'relay_message', wire))
return { 'appended', now_text, answer }
