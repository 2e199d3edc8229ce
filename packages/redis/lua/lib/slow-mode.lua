-- Begins the interval of slow mode after a message of a plain member.
-- Example: slow_mode_ms is 10,000 and eve sends at 12:00:00. Its next message before 12:00:10 is refused on every node.

-- How many ended intervals one message removes: more than one, so that their number falls.
local ENDED_PER_MESSAGE = 8

local function expect_slow_rights()
  for _, command in ipairs({ 'ZADD', 'ZREM', 'PEXPIRE' }) do expect_right(command, slow_key) end
end

local function note_sent(now, slow_mode_ms)
  redis.call('ZADD', slow_key, integer(now), sender_id)
  local ended = redis.call('ZRANGE', slow_key, '-inf', integer(now - slow_mode_ms), 'BYSCORE', 'LIMIT', 0, ENDED_PER_MESSAGE)
  if ended[1] then redis.call('ZREM', slow_key, unpack(ended)) end
  redis.call('PEXPIRE', slow_key, integer(slow_mode_ms))
end
