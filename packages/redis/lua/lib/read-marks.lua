-- How far a member has read, stored as `<seq> <messages up to it>`. Each entry of the log carries the count of
-- messages up to itself, and the group's seq and events give that of the head, so no entries are counted.

-- If the log no longer has the entry, everything before the oldest entry counts as read.
local function messages_until(seq, head_messages)
  local id = integer(seq) .. '-0'
  local entry = redis.call('XRANGE', log_key, id, '+', 'COUNT', 1)[1]
  if not entry then return head_messages end
  local messages = tonumber(entry[2][6] or head_messages)
  if entry[1] == id or entry[2][2] ~= 'm' then return messages end
  return messages - 1
end

-- A member without a mark has read the entry that made it a receiver.
-- @return the seq, and the messages up to it
local function read_mark(user, member, head_messages)
  local text = redis.call('HGET', reads_key, user)
  if text then
    local seq, messages = string.match(text, '^(%d+) (%d+)$')
    return tonumber(seq), tonumber(messages)
  end
  local seq = tonumber(member.since_seq)
  return seq, messages_until(seq, head_messages)
end
