-- Successes are remembered under (group, actor, request id) as `<payload hash> <answer>`; refusals are not. An answer
-- counts only in the log that it was given in: after a delete and a create of the same id, or when a failover has
-- lost the entry, the request is evaluated again.
-- Example: alice sends request r1, gets seq 7 and loses the connection. She sends r1 again: the answer is seq 7, and
-- nothing is written. If a failover has lost seq 7, the retry gets a new seq.

-- @param answer of a message, `<epoch> <seq> <recipients> <ms>`, or of a change, `<status> <role> <ms> <epoch> <seq>`
local function position_of(answer)
  local epoch, seq = string.match(answer, '^(%S+) (%d+) %d+ %d+$')
  if epoch then return epoch, tonumber(seq) end
  epoch, seq = string.match(answer, '(%S+) (%d+)$')
  return epoch, tonumber(seq)
end

-- @param must_live true: the log of a deleted group does not count, for a request that creates a group
local function is_in_log(answer, must_live)
  local field = redis.call('HMGET', group_key, 'epoch', 'seq', 'past', 'deleted')
  if not field[1] or (must_live and field[4]) then return false end
  local epoch, seq = position_of(answer)
  if epoch == field[1] then return seq <= tonumber(field[2]) end
  for past_epoch, end_seq in string.gmatch(field[3] or '', '([^:,]+):(%d+)') do
    if epoch == past_epoch then return seq <= tonumber(end_seq) end
  end
  return false
end

-- @param scope where an answer counts: `log`; `living`, the log of a group that is not deleted; or `always`, for a
-- request that deletes a group: its retry must not delete the next one
-- @return the reply to a request that was answered before, or nil
local function recall(now, scope)
  local remembered = redis.call('GET', dedupe_key)
  if not remembered then return nil end
  local hash, answer = string.match(remembered, '^(%S+) (.*)$')
  local is_same = hash == payload_hash
  if not (is_same and scope == 'always') and not is_in_log(answer, scope == 'living') then return nil end
  if not is_same then return { 'refused', integer(now), 'conflict', '' } end
  return { 'duplicate', integer(now), answer }
end

local function remember(answer)
  redis.call('SET', dedupe_key, payload_hash .. ' ' .. answer, 'PX', remember_ms)
end
