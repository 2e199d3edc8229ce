-- The head of a log for readers: `epoch seq past oldest_seq deleted`. Works on a tombstone too.

-- @param fields of the group: epoch, seq, past, deleted
-- @return the five values
local function head_words(epoch, seq, past, deleted)
  local oldest = redis.call('XRANGE', log_key, '-', '+', 'COUNT', 1)[1]
  local oldest_seq = oldest and string.match(oldest[1], '^%d+') or integer(tonumber(seq) + 1)
  return epoch, seq, past, oldest_seq, deleted and '1' or '0'
end
