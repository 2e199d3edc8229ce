#!lua flags=no-writes
-- Reads the head of a log and a range of its entries at one instant, each message in its present state. `from_seq` and
-- `to_seq` are inclusive seqs; `-` is the first entry, `+` the last. The reply ends at `limit` entries, or before the
-- entry that would exceed `max_bytes`; the first entry is returned whatever its size.
-- An entry is `seq kind wire`. A message that was changed has the kind `M` and in addition its record, and which of its
-- reactions are by `user_id`, as digits; empty for no user. The edit of a message has the kind `C` and in addition the
-- record of the message, empty if it was taken down. What was appended has the kind `A` and in addition its text, as JSON
-- without quotes; empty if an edit replaced it. A tombstone is an entry of the kind `m`.
local group_key = KEYS[1]
local log_key = KEYS[2]
local present_key = KEYS[3]
local reactors_key = KEYS[4]
local from_seq = ARGV[1]
local to_seq = ARGV[2]
local limit = ARGV[3]
local is_latest_first = ARGV[4]
local max_bytes = ARGV[5]
local user_id = ARGV[6]
-- @include clock
-- @include head
-- @include own-reactions

local now = integer(clock_ms())
local field = redis.call('HMGET', group_key, 'epoch', 'seq', 'past', 'deleted', 'changes_due', 'sending')
if not field[1] then return { 'none', now } end

-- Groups without changes of messages pay nothing for them.
local has_changes = field[5]
local reply = { 'found', now, head_words(field[1], field[2], field[3], field[4], has_changes, field[6]) }
local HEAD_WORDS = #reply
local left = tonumber(limit)
local bytes = 0

-- @return false if the entry does not fit: then the reply is complete
local function add(seq, kind, wire, record, own)
  bytes = bytes + #wire + #(record or '')
  local size = #reply
  if left == 0 or (bytes > tonumber(max_bytes) and size > HEAD_WORDS) then return false end
  reply[size + 1], reply[size + 2], reply[size + 3] = seq, kind, wire
  if record then reply[size + 4] = record end
  if own then reply[size + 5] = own end
  left = left - 1
  return true
end

local function appended_to(seq, chunks)
  local fields = {}
  for number = 1, chunks do fields[number] = seq .. ':' .. integer(number) end
  return chunks == 0 and '' or table.concat(redis.call('HMGET', present_key, unpack(fields)))
end

-- @return the record with what was appended instead of the number of its chunks
local function whole(seq, record)
  local head, chunks, rest = string.match(record, '^([of] [^\n]*\n)(%d+) %d+(.*)$')
  return head and head .. appended_to(seq, tonumber(chunks)) .. rest or record
end

-- @param place `<chunk> <first byte> <last byte>`, empty for no text
-- @return the text, or nil if the message was taken down
local function piece_of(target, place)
  local kind = string.sub(redis.call('HGET', present_key, target) or 'd', 1, 1)
  if kind == 'd' then return nil end
  local chunk, first, last = string.match(place, '^(%d+) (%d+) (%d+)$')
  if kind == 'p' or kind == 'a' or not chunk then return '' end
  return string.sub(redis.call('HGET', present_key, target .. ':' .. chunk) or '', first, last)
end

local function add_entry(seq, kind, wire, target, place)
  if not has_changes or kind == 'e' then return add(seq, kind, wire) end
  if kind == 'm' then
    local record = redis.call('HGET', present_key, seq)
    if not record then return add(seq, kind, wire) end
    return add(seq, 'M', wire, whole(seq, record), own_reactions(seq, record))
  end
  if not target then return add(seq, kind, wire) end
  if place then
    local text = piece_of(target, place)
    return add(seq, text and 'A' or 'C', wire, text or '')
  end
  local record = redis.call('HGET', present_key, target) or ''
  if not string.find(record, '^[pa]') then record = '' end
  return add(seq, 'C', wire, record)
end

-- Fills the place of entries that were taken down, so that the reply is dense.
-- @param first, last seqs between two entries, in the order of the reply
local function add_tombstones(first, last)
  local step = is_latest_first == '1' and -1 or 1
  for seq = first, last, step do
    local record = redis.call('HGET', present_key, integer(seq))
    local tombstone = record and string.match(record, '^d [^\n]*\n(.+)$')
    if tombstone and not add(integer(seq), 'm', tombstone) then return false end
  end
  return true
end

local oldest_seq = tonumber(reply[6])
-- The seq that comes next if nothing was taken down.
local expected
if is_latest_first == '1' then
  expected = math.min(tonumber(to_seq) or math.huge, tonumber(field[2]))
else
  expected = math.max(tonumber(from_seq) or 0, oldest_seq)
end

local function add_with_gap(seq, entry)
  if has_changes and seq ~= expected then
    local last = is_latest_first == '1' and seq + 1 or seq - 1
    if not add_tombstones(expected, last) then return false end
  end
  expected = is_latest_first == '1' and seq - 1 or seq + 1
  return add_entry(integer(seq), entry[2][2], entry[2][4], entry[2][8], entry[2][10])
end

local low, high = from_seq, to_seq
while left > 0 do
  -- Pieces of 64 entries: if `max_bytes` ends a page of large entries early, few are read in vain.
  local piece = math.min(left, 64)
  local entries = is_latest_first == '1'
    and redis.call('XREVRANGE', log_key, high, low, 'COUNT', piece)
    or redis.call('XRANGE', log_key, low, high, 'COUNT', piece)
  for _, entry in ipairs(entries) do
    if not add_with_gap(tonumber(string.match(entry[1], '^%d+')), entry) then return reply end
  end
  if #entries < piece then break end
  local last = '(' .. entries[piece][1]
  if is_latest_first == '1' then high = last else low = last end
end
-- The range may end with entries that were taken down.
if has_changes and left > 0 then
  if is_latest_first == '1' then
    add_tombstones(expected, math.max(tonumber(from_seq) or 0, oldest_seq))
  else
    add_tombstones(expected, math.min(tonumber(to_seq) or 0, tonumber(field[2])))
  end
end
return reply
