-- Successes are remembered under (group, actor, request id) as `<payload hash> <answer>`; refusals never are.

-- @return what to reply to a request that was answered before, or nil
local function recall(now)
  local remembered = redis.call('GET', dedupe_key)
  if not remembered then return nil end
  local answer_at = #payload_hash + 2
  if string.sub(remembered, 1, answer_at - 1) ~= payload_hash .. ' ' then
    return { 'refused', integer(now), 'conflict', '' }
  end
  return { 'duplicate', integer(now), string.sub(remembered, answer_at) }
end

local function remember(answer)
  redis.call('SET', dedupe_key, payload_hash .. ' ' .. answer, 'PX', remember_ms)
end
