-- A token bucket in one number: the time at which it will be full again. Its key expires exactly then.

-- Looks without taking.
-- @return how to take the token, or nil and the ms until there is one
local function draw(now)
  local token_ms = 1000 / tonumber(rate_per_sec)
  local capacity_ms = token_ms * tonumber(rate_burst)
  -- After a step back of Redis' clock the bucket is at worst empty, never in debt.
  local full_at = math.min(tonumber(redis.call('GET', bucket_key) or 0), now + capacity_ms)
  local full_again_at = math.max(full_at, now) + token_ms
  local missing_ms = full_again_at - now - capacity_ms
  -- A hundredth of a token is rounding, not debt.
  if missing_ms > token_ms / 100 then return nil, math.max(1, math.ceil(missing_ms)) end
  return function()
    local lasts_ms = math.max(1, math.ceil(full_again_at - now))
    redis.call('SET', bucket_key, string.format('%.17g', full_again_at), 'PX', lasts_ms)
  end
end
