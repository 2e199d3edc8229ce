-- Remembers the answer of each successful request under (group, actor, request id) as `<payload hash> <answer>`, so
-- that a repeated request gets the same answer. Refusals are not remembered. An answer is valid only while the log
-- contains its entry: if the group was deleted and created again, or a failover has lost the entry, the repeated
-- request is executed like a new one.
-- Example: alice sends request r1, gets seq 7 and loses the connection. She sends r1 again: the answer is seq 7, and
-- nothing is written. If a failover has lost seq 7, the retry gets a new seq.

-- @param scope when a remembered answer is valid. `log`: while the log contains its entry. `living`: the group must
-- not be deleted either. `always`: for a delete, whose retry must not delete a group that was created later.
-- @return the reply to a request that was answered before, or nil
local function recall(now, scope)
  local remembered = redis.call('GET', dedupe_key)
  if not remembered then return nil end
  -- Functions within a function are made when it needs them. Most requests are new and need none of these.

  -- @param answer to a message: `<epoch> <seq> <recipients> <ms>`, perhaps with more words; to a change: `<status> <role> <ms> <epoch> <seq>`
  local function position_of(answer)
    local epoch, seq = string.match(answer, '^(%S+) (%d+) %d+ %d+')
    if epoch then return epoch, tonumber(seq) end
    epoch, seq = string.match(answer, '(%S+) (%d+)$')
    return epoch, tonumber(seq)
  end

  -- @param must_live true for a request that creates a group: an entry in the log of a deleted group does not count
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

  local hash, answer = string.match(remembered, '^(%S+) (.*)$')
  local is_same = hash == payload_hash
  if not (is_same and scope == 'always') and not is_in_log(answer, scope == 'living') then return nil end
  if not is_same then return { 'refused', integer(now), 'conflict', '' } end
  return { 'duplicate', integer(now), answer }
end

local function remember(answer)
  redis.call('SET', dedupe_key, payload_hash .. ' ' .. answer, 'PX', remember_ms)
end
