#!lua flags=no-writes
-- Reads what the archive has got of a message that the log has lost. Replies the head of the log, `1` if nothing that the log
-- has lost still waits for the archive, and the last seq up to which an archive that is read after this has every change
-- of the message.
local group_key = KEYS[1]
local log_key = KEYS[2]
local present_key = KEYS[3]
local outbox_key = KEYS[4]
local cursors_key = KEYS[5]
local retries_by_group_key = KEYS[6]
local dead_letters_by_group_key = KEYS[7]
local group_id = ARGV[1]
local target_seq = ARGV[2]
-- An archive that is so many entries behind counts as one that lags.
local limit = ARGV[3]
-- @include clock
-- @include head
-- @include by-group

local now = integer(clock_ms())
local field = redis.call('HMGET', group_key, 'epoch', 'seq', 'past', 'deleted', 'changes_due', 'sending')
if not field[1] then return { 'none', now } end
local first = redis.call('XRANGE', log_key, '-', '+', 'COUNT', 1)[1]
local first_seq = first and tonumber(string.match(first[1], '^%d+')) or tonumber(field[2]) + 1

local epochs = ',' .. field[3] .. ',' .. field[1] .. ':'

-- @return the seq of an entry of the outbox; nil if it is of an earlier group with the same id; 0 for an unknown form
local function seq_of(kind, wire)
  local form = kind == 'm' and '"epoch":"(%w+)","seq":(%d+)}}$' or '"epoch":"(%w+)","seq":(%d+),"timestamp"'
  local epoch, seq = string.match(kind == 'm' and string.sub(wire, -200) or wire, form)
  if epoch and not string.find(epochs, ',' .. epoch .. ':', 1, true) then return nil end
  return tonumber(seq or 0)
end

local retries = count_of_group(retries_by_group_key, group_id)
local letters = count_of_group(dead_letters_by_group_key, group_id)

-- The entries of a group wait in their order.
-- @param cursor of the archive
-- @return true if it has passed all that the log has lost
local function is_passed(cursor)
  local read = 0
  while read < tonumber(limit) do
    local entries = redis.call('XRANGE', outbox_key, '(' .. cursor, '+', 'COUNT', 64)
    for _, entry in ipairs(entries) do
      local seq = entry[2][2] == group_id and seq_of(entry[2][4], entry[2][6] or '')
      if seq then return seq >= first_seq end
    end
    if #entries < 64 then return true end
    read, cursor = read + #entries, entries[#entries][1]
  end
  return false
end

local archive_cursor = redis.call('HGET', cursors_key, 'archive')
local is_archived = archive_cursor and is_passed(archive_cursor) and retries + letters == 0

-- A change that is in the log may leave it before the archive has it: then the record is gone, too.
local through = redis.call('HEXISTS', present_key, target_seq) == 1 and integer(first_seq - 1) or field[2]
return { 'found', now, is_archived and '1' or '0', through,
  head_words(field[1], field[2], field[3], field[4], field[5], field[6]) }
