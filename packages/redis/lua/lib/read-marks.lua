-- Reads the read mark of a member: `<seq> <messages up to it>`. An unread count is a difference of two message counts.
-- Each entry of the log carries its own, and seq minus events is that of the head, so no script counts entries.

-- @return the number of messages up to `seq`. If the log no longer has that entry, all messages before the oldest
-- entry count as read.
local function messages_until(seq, head_messages)
  local id = integer(seq) .. '-0'
  local entry = redis.call('XRANGE', log_key, id, '+', 'COUNT', 1)[1]
  if not entry then return head_messages end
  local messages = tonumber(entry[2][6] or head_messages)
  if entry[1] == id or entry[2][2] ~= 'm' then return messages end
  return messages - 1
end

-- @return true if the log had a message at this seq: a message that was taken down is the only gap between its entries
local function is_message(seq)
  local id = integer(seq) .. '-0'
  local entry = redis.call('XRANGE', log_key, id, id)[1]
  if entry then return entry[2][2] == 'm' end
  return redis.call('XREVRANGE', log_key, '(' .. id, '-', 'COUNT', 1)[1] ~= nil
end

-- The lowest mark of a member: the entry that made it a receiver. If no entry did, the last one before it; a message makes
-- no user a receiver.
local function first_mark(member, head_seq)
  local seq = tonumber(member.since_seq)
  return (seq > head_seq or is_message(seq)) and seq - 1 or seq
end

-- A member without a mark has read up to its lowest mark.
-- @return the seq of the mark, and the number of messages up to it
local function read_mark(user, member, head_seq, head_messages)
  local text = redis.call('HGET', reads_key, user)
  if text then
    local seq, messages = string.match(text, '^(%d+) (%d+)$')
    return tonumber(seq), tonumber(messages)
  end
  local seq = first_mark(member, head_seq)
  return seq, messages_until(seq, head_messages)
end
