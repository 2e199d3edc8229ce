#!lua
-- Checks, numbers, stores and publishes one message. `wire_head` is the push payload up to the timestamp, `sender_id`
-- the actor of the request. Nothing is written before the last refusal is behind.
local group_key = KEYS[1]
local members_key = KEYS[2]
local receivers_key = KEYS[3]
local pending_key = KEYS[4]
local mutes_key = KEYS[5]
local log_key = KEYS[6]
local dedupe_key = KEYS[7]
local outbox_key = KEYS[8]
local due_key = KEYS[9]
local bucket_key = KEYS[10]
local queued_key = KEYS[11]
local group_id = ARGV[1]
local sender_id = ARGV[2]
local request_id = ARGV[3]
local payload_hash = ARGV[4]
local remember_ms = ARGV[5]
local deadline_ms = ARGV[6]
local epoch_offer = ARGV[7]
local room = ARGV[8]
local channel = ARGV[9]
local history_max_entries = ARGV[10]
local history_max_age_ms = ARGV[11]
local is_outbox_written = ARGV[12]
local room_queue_limit = ARGV[13]
local rate_per_sec = ARGV[14]
local rate_burst = ARGV[15]
local wire_head = ARGV[16]
-- @include clock
-- @include member
-- @include group
-- @include log
-- @include effects
-- @include settle
-- @include dedupe
-- @include commit
-- @include bucket

local now = clock_ms()

local repeated = recall(now)
if repeated then return repeated end
if now > tonumber(deadline_ms) then return { 'late', integer(now) } end

local group = load_group()
if group then settle(group, now, { sender_id }) end

-- @param detail ms: when a mute ends, or after how long to try again
local function refuse(code, detail)
  if group and group.is_settled then commit(group) end
  return { 'refused', integer(now), code, detail and integer(detail) or '' }
end

if not group then return refuse('group_not_found') end
local sender, is_banned = find_member(sender_id, now)
if is_banned then return refuse('banned') end
if not sender then return refuse('not_a_member') end
if sender.status == 'p' then return refuse('pending_membership') end
if sender.status == 'm' then return refuse('muted', sender.ends_at) end
local charge, retry_after_ms = draw(now)
if not charge then return refuse('rate_limited', retry_after_ms) end
if is_outbox_written == '1' then
  local queued = tonumber(redis.call('HGET', queued_key, group_id) or 0)
  if queued >= tonumber(room_queue_limit) then return refuse('room_overloaded') end
end

local seq = next_seq(group)
local seq_text = integer(seq)
local wire = wire_head .. iso_time(now) .. '","message_id":"' .. group.epoch .. '-' .. seq_text
  .. '","epoch":"' .. group.epoch .. '","seq":' .. seq_text .. '}}'
append_entry(group, now, {
  kind = 'm',
  event = 'relay_message',
  actor = sender_id,
  request_id = request_id,
  wire = wire,
})
if is_outbox_written == '1' then redis.call('HINCRBY', queued_key, group_id, 1) end
charge()
local answer = group.epoch .. ' ' .. seq_text .. ' ' .. integer(receivers_count(group)) .. ' ' .. integer(now)
commit(group, answer)
return { 'appended', integer(now), answer }
