-- Entries: numbered, stored and prepared for publishing, in this order. Publishing itself is the last act of a
-- script.

-- @param count messages up to this entry, for unread counts: seq counts messages and events alike
local function store_entry(seq, kind, wire, count)
  redis.call('XADD', log_key, 'MAXLEN', '~', history_max_entries, seq .. '-0', 'k', kind, 'w', wire, 'n', count)
  if is_outbox_written == '1' then
    redis.call('XADD', outbox_key, '*', 'g', group_id, 'k', kind, 'w', wire)
  end
end

-- The fields that a node needs besides the wire, at fixed offsets; the actor and the request id follow.
local function uid_head(epoch, seq, recipients, now)
  return epoch .. string.format(' %016d %010d %013d ', seq, recipients, now)
end

-- The JSON of the Socket.IO sharded adapter.
local function payload_of(uid, event, wire)
  return '{"uid":"plenum1 ' .. uid .. '","nsp":"/","type":3,"data":{"packet":{"type":2,"data":["' .. event .. '",' .. wire
    .. '],"nsp":"/"},"opts":{"rooms":["' .. room .. '"],"except":[],"flags":{}}}}'
end

-- An idle log expires by age. It is kept an eighth longer than necessary, so that few entries have to extend it.
local function renew_log(now)
  local ahead_ms = math.floor(history_max_age_ms / 8)
  redis.call('PEXPIRE', log_key, integer(history_max_age_ms + ahead_ms))
  redis.call('HSET', group_key, 'log_renewal', integer(now + ahead_ms))
end
