-- What readers of the archive have to know of take-downs until the archive has them: `tombstones` is a hash, message id →
-- `<epoch> <seq> <JSON { deleted_by, deleted_at, reason? }>`; epoch and seq are those of the entry `deleted`. Each of
-- its fields is in `taken_down` too, whose score says how long both stay: `inf` until the archive has the entry, then the
-- time, ms, from which on they stay for `named_ms`. Needs `taken_down_key`, `tombstones_key` and `named_ms`.

-- Limits the time of one script. What is left over, a later one forgets.
local FORGOTTEN_AT_ONCE = 100
-- A hundred years, because a user of Redis may have no right to PERSIST.
local ENDLESS_MS = '3155760000000'

-- Forgets what has stayed long enough, and sets how long the keys live.
local function forget_old_names(now)
  local forgotten = redis.call('ZRANGE', taken_down_key, '-inf', integer(now - named_ms), 'BYSCORE', 'LIMIT', 0,
    FORGOTTEN_AT_ONCE)
  if #forgotten > 0 then
    redis.call('ZREM', taken_down_key, unpack(forgotten))
    redis.call('HDEL', tombstones_key, unpack(forgotten))
  end
  local last = redis.call('ZRANGE', taken_down_key, -1, -1, 'WITHSCORES')
  local lasts_ms = last[2] == 'inf' and ENDLESS_MS or named_ms
  redis.call('PEXPIRE', taken_down_key, lasts_ms)
  redis.call('PEXPIRE', tombstones_key, lasts_ms)
end

-- @return the id of the message, if the entry is its take-down
local function taken_down_by(kind, wire)
  return kind == 'c' and string.match(wire, '^{"group_id":"[^"]*","type":"deleted","message_id":"([^"]+)"') or nil
end
