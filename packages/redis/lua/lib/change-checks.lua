-- The checks and the refusal that every change has. Needs `now` and `group`.

-- @constant OVERLOADED_RETRY_MS

-- Writes nothing, except the ended mutes.
local function refuse(code, detail)
  if group and group.has_ended_mutes then commit(group, now) end
  return { 'refused', integer(now), code, detail and integer(detail) or '' }
end

-- Makes the last checks of every change: a token of the acting user, and room for one more entry in the room queue.
-- @return the reply of the script if it refuses or is a trial; else nil: the token is taken, and nothing can refuse
-- the change after this
local function check_limits()
  local full_again_at, retry_after_ms
  if rate_per_sec ~= '' then
    full_again_at, retry_after_ms = check_bucket(now)
    if not full_again_at then return refuse('rate_limited', retry_after_ms) end
  end
  if queue_limit ~= '' and tonumber(redis.call('HGET', queued_key, group_id) or 0) >= tonumber(queue_limit) then
    return refuse('room_overloaded', OVERLOADED_RETRY_MS)
  end
  if full_again_at then charge(full_again_at, now) end
  if is_trial ~= '1' then return nil end
  if group and group.has_ended_mutes then commit(group, now) end
  return { 'admitted', integer(now) }
end
