#!lua
-- Checks, numbers, stores and publishes the messages that a node has gathered in one tick, in the order of its sends per
-- group. Each message is judged and answered as if it had come alone. All refusals of a message come before its first
-- write, and its publication is its last act.
-- A message that fails with an error, for example because a key has another type, harms no other message: its answer is
-- `failed`, and the next message reads the group anew. A message that comes alone fails the script.
-- Messages do not end due mutes: the answer is `due`, the node runs end-due-mutes, and sends the message again.
-- After the header, ARGV contains for each group: group id, room, channel, epoch offer, number of messages; and for each of
-- these messages: sender (the actor of the request), request id, payload hash, wire head (the push payload up to its
-- timestamp). KEYS contains for each group: group, members, log, outbox, queued, reads, slow; and for each message:
-- bucket, dedupe.
-- Only for the messages that reply to another one, mention users or expire, after all of these, in the order of the messages:
-- KEYS and ARGV contain what lib/extras reads. Other messages have nothing there.
-- `room_queue_limit` is empty without an archive: then the room queue is neither checked nor counted.
local groups_count = ARGV[1]
local messages_count = ARGV[2]
local deadline_ms = ARGV[3]
local history_max_entries = ARGV[4]
local history_max_age_ms = ARGV[5]
local is_outbox_written = ARGV[6]
local room_queue_limit = ARGV[7]
local rate_per_sec = ARGV[8]
local rate_burst = ARGV[9]
local remember_ms = ARGV[10]
local are_mutes_ended = ARGV[11]
local is_rate_limited = ARGV[12]
-- Of the present group.
local group_key, members_key, log_key, outbox_key, queued_key, reads_key, slow_key, group_id, room, channel, epoch_offer
-- Of the present message.
local bucket_key, dedupe_key, sender_id, request_id, payload_hash, wire_head
-- What the present message has besides its text; nil: nothing that this script checks.
local extra
-- @include clock
-- @include epoch
-- @include log
-- @include admission
-- @include token-bucket
-- @include writable

-- @constant OVERLOADED_RETRY_MS
local keys_count = groups_count * 7 + messages_count * 2
local args_count = 12 + groups_count * 5 + messages_count * 4

-- Each function that a script makes costs every call of it, and so does each variable that a function takes from outside.
-- Those of slow mode, of groups that keep less than the service, and of extras are for few messages, so the first one that
-- needs them makes them.
local slow_mode, retention, extras

local given_extras, all_keys_count = {}, keys_count
if #ARGV > args_count then
  -- @include extras
  extras = { check = check_extra, add = add_extra }
  given_extras, all_keys_count = read_extras(args_count + 1, keys_count)
end
if #ARGV < args_count or #KEYS ~= all_keys_count then
  error(keys_count .. ' keys and ' .. args_count .. ' arguments expected')
end

-- A local alias saves a table lookup per call.
local call = redis.call

local now = clock_ms()
local now_text, now_iso = integer(now), iso_time(now)
-- The fields of the present group, kept up to date by each message. Nil until a message needs them, and after an error.
local group

local function load_fields()
  local field = call('HMGET', group_key, 'deleted', 'epoch', 'hist', 'seq', 'active', 'muted', 'next_due', 'log_renewal',
    'events', 'sending')
  local sending = field[10]
  if retention or sending and #sending > 3 then
    if not retention then
      -- @include retention
      retention = { use = use_retention, drop_by_age = drop_by_age, per_entry = OLD_PER_ENTRY }
    end
    retention.use(sending)
  end
  return {
    exists = field[2] and not field[1],
    epoch = field[2],
    hist = field[3],
    seq = tonumber(field[4]),
    recipients = field[2] and field[5] + field[6],
    next_due = field[7],
    log_renewal = tonumber(field[8]),
    events = field[9] or 0,
    sending = sending,
    has_rights = false,
  }
end

-- @return the refusal of a message whose room queue is full, or nil
local function reply_to_queue()
  if room_queue_limit == '' then return nil end
  local queued = tonumber(call('HGET', queued_key, group_id) or 0)
  if queued >= tonumber(room_queue_limit) then return refusal(now, 'room_overloaded', OVERLOADED_RETRY_MS) end
  return nil
end

-- Stores and publishes the present message.
-- @return its answer: `<epoch> <seq> <recipients> <ms>`, and for a message with extras ` <dropped mentions> <sender of the target>`
local function commit_message(full_again_at, slow_mode_ms)
  if not group.has_rights then
    -- What all messages of the group write. A key of the wrong type ends the message here, before its first write. A wrong
    -- type of the log fails at XADD, which is the first write.
    if room_queue_limit ~= '' then expect_right('HINCRBY', queued_key) end
    if is_outbox_written == '1' then
      call('XLEN', outbox_key)
      expect_right('XADD', outbox_key)
    end
    call('HLEN', reads_key)
    expect_right('HSET', reads_key)
    expect_right('PEXPIRE', log_key)
    if own_max_age_ms then expect_right('XTRIM', log_key) end
    expect_right('HSET', group_key)
    expect_right('SPUBLISH', channel)
    group.has_rights = true
  end
  continue_epoch(group)
  local epoch, seq = group.epoch, group.seq + 1
  local seq_text = integer(seq)
  local wire = wire_head .. now_iso .. '","message_id":"' .. epoch .. '-' .. seq_text
    .. '","epoch":"' .. epoch .. '","seq":' .. seq_text .. '}}'
  local messages = integer(seq - group.events)
  add_to_log(seq_text, 'm', wire, messages)
  if own_max_age_ms then retention.drop_by_age(now, retention.per_entry) end
  -- The number is saved at once, so that no error below can give it to two entries.
  call('HSET', group_key, 'seq', seq_text)
  group.seq = seq
  save_epoch(group)
  if is_outbox_written == '1' then add_to_outbox('m', wire) end
  if extra then extras.add(extra, epoch, seq, group, now) end
  -- A sender has read up to its own message.
  call('HSET', reads_key, sender_id, seq_text .. ' ' .. messages)
  if room_queue_limit ~= '' then call('HINCRBY', queued_key, group_id, '1') end
  if full_again_at then charge(full_again_at, now) end
  if slow_mode_ms then slow_mode.note_sent(now, slow_mode_ms) end
  if not group.log_renewal or now >= group.log_renewal then group.log_renewal = renew_log(now) end
  local answer = epoch .. ' ' .. seq_text .. ' ' .. integer(group.recipients) .. ' ' .. now_text
  if extra then answer = answer .. extra.answer end
  remember(answer)
  local uid = 'm ' .. uid_head(epoch, seq, group.recipients, now) .. sender_id .. ' ' .. request_id
  call('SPUBLISH', channel, payload_of(uid, 'relay_message', wire))
  return answer
end

-- @return the reply to the present message: a table as that of any script, or the text of an answer
local function append_message()
  local reply = early_reply(now)
  if reply then return reply end
  group = group or load_fields()
  if not group.exists then return refusal(now, 'group_not_found') end
  local slow_mode_ms
  reply, slow_mode_ms = reply_to_sender(now, group)
  if reply then return reply end
  local full_again_at, retry_after_ms
  if is_rate_limited == '1' then
    full_again_at, retry_after_ms = check_bucket(now)
    if not full_again_at then return refusal(now, 'rate_limited', retry_after_ms) end
    expect_right('SET', bucket_key)
  end
  reply = reply_to_queue()
  if reply then return reply end
  local code = extra and extras.check(now, extra)
  if code then return refusal(now, code) end
  expect_right('SET', dedupe_key)
  if slow_mode_ms then
    if not slow_mode then
      -- @include slow-mode
      slow_mode = { expect_rights = expect_slow_rights, note_sent = note_sent }
    end
    slow_mode.expect_rights()
  end
  return 'appended ' .. commit_message(full_again_at, slow_mode_ms)
end

local answers = { 'answers', now_text }
local key_at, arg_at = 0, 12
local message_number, extra_at = 0, 1
for _ = 1, tonumber(groups_count) do
  group_key, members_key, log_key, outbox_key, queued_key, reads_key, slow_key = unpack(KEYS, key_at + 1, key_at + 7)
  local count
  group_id, room, channel, epoch_offer, count = unpack(ARGV, arg_at + 1, arg_at + 5)
  group = nil
  key_at, arg_at = key_at + 7, arg_at + 5
  for _ = 1, tonumber(count) do
    bucket_key, dedupe_key = KEYS[key_at + 1], KEYS[key_at + 2]
    sender_id, request_id, payload_hash, wire_head = unpack(ARGV, arg_at + 1, arg_at + 4)
    key_at, arg_at = key_at + 2, arg_at + 4
    message_number = message_number + 1
    extra = nil
    if given_extras[extra_at] and given_extras[extra_at].number == message_number then
      extra = given_extras[extra_at]
      extra_at = extra_at + 1
    end
    local is_done, reply = true, nil
    if messages_count == '1' then reply = append_message() else is_done, reply = pcall(append_message) end
    if not is_done then
      group = nil
      reply = 'failed ' .. tostring(type(reply) == 'table' and reply.err or reply)
    elseif type(reply) ~= 'string' then
      reply = table.concat({ reply[1], reply[3], reply[4] }, ' ')
    end
    answers[#answers + 1] = reply
  end
end
return answers
