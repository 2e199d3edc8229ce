-- Stores entries in the log and the outbox, and formats them for publishing. A script publishes as its last step.

-- @include log-bounds

-- @param count the number of messages up to this entry. Unread counts need it, because seq counts events too.
local function add_to_log(seq, kind, wire, count)
  redis.call('XADD', log_key, 'MAXLEN', trim_mark, history_max_entries, seq .. '-0', 'k', kind, 'w', wire, 'n', count)
end

local function add_to_outbox(kind, wire)
  redis.call('XADD', outbox_key, '*', 'g', group_id, 'k', kind, 'w', wire)
end

-- Formats the fields that a node reads at fixed offsets, without parsing the JSON. The actor and the request id follow
-- them.
local function uid_head(epoch, seq, recipients, now)
  return epoch .. string.format(' %016d %010d %013d ', seq, recipients, now)
end

-- Formats a payload as Socket.IO's sharded adapter does. By `v`, nodes see that they have missed a join or leave that is no
-- entry.
local function payload_of(uid, event, wire)
  local flags = members_version and '{"v":' .. integer(members_version) .. '}' or '{}'
  return '{"uid":"plenum1 ' .. uid .. '","nsp":"/","type":3,"data":{"packet":{"type":2,"data":["' .. event .. '",' .. wire
    .. '],"nsp":"/"},"opts":{"rooms":["' .. room .. '"],"except":[],"flags":' .. flags .. '}}}'
end

-- Extends the lifetime of the log; an idle log expires. The lifetime is 1/8 longer than configured, so the next
-- extension is due only after that eighth, and most entries need none.
-- @return the time of the next extension, ms
local function renew_log(now)
  local ahead_ms = math.floor(history_max_age_ms / 8)
  redis.call('PEXPIRE', log_key, integer(history_max_age_ms + ahead_ms))
  redis.call('HSET', group_key, 'log_renewal', integer(now + ahead_ms))
  return now + ahead_ms
end
