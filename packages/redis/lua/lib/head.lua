-- Reads the head of a log: `epoch seq past oldest_seq deleted`. Works on a tombstone too.

-- The parameters are the fields of the group hash with these names.
-- @return the five values
local function head_words(epoch, seq, past, deleted)
  local oldest = redis.call('XRANGE', log_key, '-', '+', 'COUNT', 1)[1]
  local oldest_seq = oldest and string.match(oldest[1], '^%d+') or integer(tonumber(seq) + 1)
  return epoch, seq, past, oldest_seq, deleted and '1' or '0'
end
