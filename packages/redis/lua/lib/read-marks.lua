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

-- A member without a mark has read up to the entry that made it a receiver.
-- @return the seq of the mark, and the number of messages up to it
local function read_mark(user, member, head_messages)
  local text = redis.call('HGET', reads_key, user)
  if text then
    local seq, messages = string.match(text, '^(%d+) (%d+)$')
    return tonumber(seq), tonumber(messages)
  end
  local seq = tonumber(member.since_seq)
  return seq, messages_until(seq, head_messages)
end
