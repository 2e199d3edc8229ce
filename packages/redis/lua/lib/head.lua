-- Reads the head of a log: `epoch seq past oldest_seq deleted`; where joins and leaves were no entries, their number and one
-- more follow `deleted` after a space. Works on a tombstone too. Needs `log_key` and
-- `present_key`.

-- Entries before the first one of the stream that are looked at, and how many by one command. A device that is further
-- behind the head than the bound of a resume has to resync anyway.
local TOMBSTONES_READ = 1024
local TOMBSTONES_AT_ONCE = 64

-- The messages right before the first entry of the stream may be taken down: the log has their tombstones.
-- @return the seq of the first of them; without one, `first`
local function first_tombstone(first)
  local last = math.max(1, first - TOMBSTONES_READ)
  while first > last do
    local seqs = {}
    for seq = first - 1, math.max(last, first - TOMBSTONES_AT_ONCE), -1 do seqs[#seqs + 1] = integer(seq) end
    for _, record in ipairs(redis.call('HMGET', present_key, unpack(seqs))) do
      if not record or not string.find(record, '^d [^\n]*\n.') then return first end
      first = first - 1
    end
  end
  return first
end

-- The first four parameters are the fields of the group hash with these names. `has_changes` is false for a group whose
-- messages were never changed: it pays nothing. `sending` is the field of this name.
-- @return the five values
local function head_words(epoch, seq, past, deleted, has_changes, sending)
  local oldest = redis.call('XRANGE', log_key, '-', '+', 'COUNT', 1)[1]
  local oldest_seq = oldest and string.match(oldest[1], '^%d+') or integer(tonumber(seq) + 1)
  if has_changes and oldest then oldest_seq = integer(first_tombstone(tonumber(oldest_seq))) end
  local version = sending and #sending > 3 and string.match(sending, ' %l%d+$')
  return epoch, seq, past, oldest_seq, (deleted and '1' or '0') .. (version and ' ' .. string.sub(version, 3) or '')
end
