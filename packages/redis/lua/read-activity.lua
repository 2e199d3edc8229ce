#!lua flags=no-writes,allow-cross-slot-keys
-- Finds in many groups the last message that a user may read, or its tombstone. Replies one line per group: `<message
-- id> <ISO time>`, `-` if there is none, or `unknown` if this server cannot say (in a Cluster: another server has the
-- slot).
-- The keys are `group`, `members`, `log` and `present` of each group. In a Cluster they may be in several slots of this
-- server: then KEYS has those of the first group, and the others follow in ARGV.
local user_id = ARGV[1]
-- @include clock
-- @include member
-- @include many-keys

-- Entries that are looked at, the newest first, in pieces: most logs end with a message.
local PIECES = { 8, 64, 192 }
-- Taken-down messages that follow each other are not in the log; so many are looked at.
local GAP_MAX = 64

local now = clock_ms()
local key_at, keys_count = many_keys(1)

-- @return the line of a message or tombstone; nil if the text is of another form
local function line_of_wire(wire)
  local at, id = string.match(string.sub(wire, -320), '"timestamp":"([^"]+)","message_id":"([^"]+)","epoch":"[^"]+","seq":%d+}}$')
  return at and id .. ' ' .. at
end

-- @return the line of the tombstone at this seq, or nil
local function line_of_tombstone(log, seq)
  local record = log.has_changes and redis.call('HGET', log.present_key, integer(seq))
  local wire = record and string.match(record, '^d [^\n]*\n(.+)$')
  return wire and line_of_wire(wire)
end

local function line_in_gap(log, from, to)
  for seq = from, math.max(to, from - GAP_MAX, log.first_seq), -1 do
    local line = line_of_tombstone(log, seq)
    if line then return line end
  end
  return nil
end

local function seq_of(entry)
  return tonumber(string.match(entry[1], '^%d+'))
end

-- Looks at the newest entries.
-- @return the line that was found, or nil; and the seq below which nothing was looked at, 0 if nothing is left
local function last_of_newest(log)
  local expected, high = log.head_seq, '+'
  for _, piece in ipairs(PIECES) do
    local entries = redis.call('XREVRANGE', log.key, high, '-', 'COUNT', piece)
    for _, entry in ipairs(entries) do
      local seq = seq_of(entry)
      local line = line_in_gap(log, expected, seq + 1)
      if line or seq < log.first_seq then return line, 0 end
      if entry[2][2] == 'm' then return line_of_wire(entry[2][4]), 0 end
      expected = seq - 1
    end
    if #entries < piece then return nil, 0 end
    high = '(' .. entries[piece][1]
  end
  return nil, expected
end

-- Each entry has the number of messages up to it, so the last message is where that number rises to its last value.
-- Messages of another system do not count, and are not found here.
-- @return the line that was found, or nil
local function last_by_count(log, high)
  local newest = redis.call('XREVRANGE', log.key, integer(high) .. '-0', '-', 'COUNT', 1)[1]
  if not newest then return nil end
  local messages = tonumber(newest[2][6])
  local low = seq_of(redis.call('XRANGE', log.key, '-', '+', 'COUNT', 1)[1])
  local found = newest
  while low < high do
    local middle = math.floor((low + high) / 2)
    local entry = redis.call('XRANGE', log.key, integer(middle) .. '-0', '+', 'COUNT', 1)[1]
    if tonumber(entry[2][6]) >= messages then
      high, found = middle, entry
    else
      low = seq_of(entry) + 1
    end
  end
  local seq = seq_of(found)
  if found[2][2] == 'm' and seq >= log.first_seq then return line_of_wire(found[2][4]) end
  return line_in_gap(log, seq - 1, seq - GAP_MAX)
end

local function line_of_group(group_key, members_key, log_key, present_key)
  local field = redis.pcall('HMGET', group_key, 'deleted', 'epoch', 'seq', 'history', 'changes_due')
  if has_failed(field) then return 'unknown' end
  if not field[2] or field[1] then return '-' end
  local member = member_of(redis.call('HGET', members_key, user_id), now)
  if not member or member.status == 'p' then return '-' end
  local log = {
    key = log_key,
    present_key = present_key,
    head_seq = tonumber(field[3]),
    first_seq = field[4] == 'all' and 1 or tonumber(member.since_seq),
    has_changes = field[5],
  }
  local line, left = last_of_newest(log)
  if not line and left > log.first_seq then line = last_by_count(log, left) end
  return line or '-'
end

local reply = { 'found', integer(now) }
for at = 1, keys_count, 4 do
  reply[#reply + 1] = line_of_group(key_at(at), key_at(at + 1), key_at(at + 2), key_at(at + 3))
end
return reply
