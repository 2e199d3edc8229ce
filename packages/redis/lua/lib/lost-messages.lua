-- Messages that the log has lost, and that an archive may have. Needs what message-change has made.

-- @return the seq of the first entry of the stream; without one, the seq that comes next
local function first_in_log()
  local first = redis.call('XRANGE', log_key, '-', '+', 'COUNT', 1)[1]
  return first and tonumber(string.match(first[1], '^%d+')) or group.seq + 1
end

-- @return true if the log had an entry at the seq of the message and has lost it
local function is_below_log()
  return tonumber(target_seq) > 0 and tonumber(target_seq) < first_in_log()
end

-- @return true if this group has the epoch of the message, or had it
local function is_of_this_group()
  local epochs = (redis.call('HGET', group_key, 'past') or '') .. ',' .. group.epoch .. ':'
  return string.find(',' .. epochs, ',' .. message_epoch .. ':', 1, true) ~= nil
end

-- The archive is asked for a token, as every adapter.
-- @param is_certain true if it is known that there was such a message
local function below_log(is_certain)
  local limited = check_message_limits(true)
  if limited then return limited end
  if group.has_ended_mutes then commit(group, now) end
  return { 'below_log', integer(now), is_certain and '1' or '0' }
end
