-- A token bucket in one number: the time at which it will be full again, in us. Its key expires exactly then.

-- Looks without taking.
-- @return when the bucket is full again with a token less, us; or nil, and the ms until there is one to take
local function draw(now)
  local now_us = now * 1000
  local token_us = 1000000 / rate_per_sec
  local capacity_us = token_us * rate_burst
  -- After a step back of Redis' clock the bucket is at worst empty, never in debt.
  local full_at = math.min(redis.call('GET', bucket_key) or 0, now_us + capacity_us)
  local full_again_at = math.max(full_at, now_us) + token_us
  local missing_us = full_again_at - now_us - capacity_us
  -- A hundredth of a token is rounding, not debt.
  if missing_us > token_us / 100 then return nil, math.max(1, math.ceil(missing_us / 1000)) end
  return full_again_at
end

-- Takes the token.
local function charge(full_again_at, now)
  local lasts_ms = math.max(1, math.ceil((full_again_at - now * 1000) / 1000))
  redis.call('SET', bucket_key, integer(full_again_at), 'PX', integer(lasts_ms))
end
