-- Reads when a plain member has sent its last message in slow mode, from `slow_key`. A time before the group was created
-- belongs to an earlier group with the same id.

-- @return the time, ms, or nil
local function last_sent(user)
  local sent_at = tonumber(redis.call('ZSCORE', slow_key, user) or nil)
  if sent_at and sent_at >= tonumber(redis.call('HGET', group_key, 'created')) then return sent_at end
  return nil
end
