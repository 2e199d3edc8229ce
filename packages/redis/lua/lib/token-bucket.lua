-- A token bucket, stored as one number: the time, us, at which the bucket is full again. Its key expires at that time.
-- Example: 10 tokens per second, burst 20. The number of a full bucket is at or before now. Each token adds 100,000
-- us. A token that would bring the number more than 2,000,000 us beyond now is refused.

-- Two steps, because a later check may still refuse: this function only checks; `charge` takes the token.
-- @return the time, us, at which the bucket is full again if one token is taken now; or nil, and the ms until there
-- is a token
local function check_bucket(now)
  local now_us = now * 1000
  local token_us = 1000000 / rate_per_sec
  local capacity_us = token_us * rate_burst
  local full_at = tonumber(redis.call('GET', bucket_key) or 0)
  -- No bucket is further from full, so Redis' clock was stepped back. One token is there, and with it the time is stored anew:
  -- an empty bucket would be refused until the clock has caught up.
  if full_at > now_us + capacity_us + token_us then full_at = now_us + capacity_us - token_us end
  local full_again_at = math.max(full_at, now_us) + token_us
  local missing_us = full_again_at - now_us - capacity_us
  -- Less than a hundredth of a token is a rounding error.
  if missing_us > token_us / 100 then return nil, math.max(1, math.ceil(missing_us / 1000)) end
  return full_again_at
end

-- Takes the token that was checked before.
local function charge(full_again_at, now)
  local lasts_ms = math.max(1, math.ceil((full_again_at - now * 1000) / 1000))
  redis.call('SET', bucket_key, integer(full_again_at), 'PX', integer(lasts_ms))
end
