#!lua
-- Appends messages of another system with their own times, and publishes nothing. The group remembers its import and how
-- many messages of it it has taken, as `<import id> <count>`, so messages that come again are not appended again.
-- `wires` has one line per message: the push payload up to its message id. With `is_question` 1 the script writes nothing,
-- and replies how many messages of the import the group has; empty: the import has not begun.
-- `queue_limit` is empty without an archive: then the room queue is neither checked nor counted.
local group_key = KEYS[1]
local log_key = KEYS[2]
local outbox_key = KEYS[3]
local queued_key = KEYS[4]
local group_id = ARGV[1]
local epoch_offer = ARGV[2]
local history_max_entries = ARGV[3]
local history_max_age_ms = ARGV[4]
local is_outbox_written = ARGV[5]
local queue_limit = ARGV[6]
local deadline_ms = ARGV[7]
local import_id = ARGV[8]
local position = ARGV[9]
local wires = ARGV[10]
local is_question = ARGV[11]
-- @include clock
-- @include epoch
-- @include writable
local room
-- @include log
-- @include retention

-- @constant OVERLOADED_RETRY_MS

local now = clock_ms()
if now > tonumber(deadline_ms) then return { 'late', integer(now) } end

local function refuse(code, detail)
  return { 'refused', integer(now), code, detail and integer(detail) or '' }
end

expect_writable(group_key, 'hash', { 'HSET' })
expect_writable(log_key, 'stream', { 'XADD', 'XTRIM', 'PEXPIRE' })
expect_writable(outbox_key, 'stream', { 'XADD' })
expect_writable(queued_key, 'hash', { 'HINCRBY' })
local field = redis.call('HMGET', group_key, 'epoch', 'hist', 'seq', 'events', 'log_renewal', 'import', 'deleted', 'sending')
use_retention(field[8])
if not field[1] or field[7] then return refuse('group_not_found') end
local known_id, known_count = string.match(field[6] or '', '^(%S+) (%d+)$')
if is_question == '1' then
  local count = known_id == import_id and known_count or ''
  return { 'imported', integer(now), count, field[1], field[3] }
end
local known = known_id == import_id and tonumber(known_count) or 0
local skipped = known - tonumber(position)
if skipped < 0 then return refuse('conflict') end
local messages = {}
for wire in string.gmatch(wires, '[^\n]+') do messages[#messages + 1] = wire end
local added = math.max(0, #messages - skipped)
if added > 0 and queue_limit ~= '' and tonumber(redis.call('HGET', queued_key, group_id) or 0) >= tonumber(queue_limit) then
  return refuse('room_overloaded', OVERLOADED_RETRY_MS)
end

local group = { epoch = field[1], hist = field[2], seq = tonumber(field[3]), events = tonumber(field[4] or 0) }
if added > 0 then continue_epoch(group) end
for at = #messages - added + 1, #messages do
  group.seq = group.seq + 1
  -- Counted like an event: an imported message is not unread.
  group.events = group.events + 1
  local seq = integer(group.seq)
  local wire = messages[at] .. group.epoch .. '-' .. seq .. '","epoch":"' .. group.epoch .. '","seq":' .. seq .. '}}'
  add_to_log(seq, 'm', wire, integer(group.seq - group.events))
  if is_outbox_written == '1' then add_to_outbox('m', wire) end
end
local imported = integer(known + added)
redis.call('HSET', group_key, 'seq', integer(group.seq), 'events', integer(group.events), 'import', import_id .. ' ' .. imported)
save_epoch(group)
if added > 0 then
  drop_by_age(now, added)
  if queue_limit ~= '' then redis.call('HINCRBY', queued_key, group_id, added) end
  if not tonumber(field[5]) or now >= tonumber(field[5]) then renew_log(now) end
end
return { 'imported', integer(now), imported, group.epoch, integer(group.seq) }
