-- Entries: numbered, stored and made ready to be published, in that order. Publishing itself is the last act of a script.
-- @include publish

-- The payload is the JSON of the Socket.IO sharded adapter; its `uid` carries what a node needs, at fixed offsets.
-- `n` counts the messages up to the entry, for unread counts: seq counts messages and events alike.
-- @param entry { kind, event, actor, request_id, wire }: the entry with the group's latest seq
local function append_entry(group, now, entry)
  redis.call('XADD', log_key, 'MAXLEN', '~', history_max_entries, integer(group.seq) .. '-0',
    'k', entry.kind, 'w', entry.wire, 'n', integer(group.seq - group.events))
  if is_outbox_written == '1' then
    redis.call('XADD', outbox_key, '*', 'g', group_id, 'k', entry.kind, 'w', entry.wire)
  end
  publications[#publications + 1] = string.format('{"uid":"plenum1 %s %s %016d %010d %013d ',
      entry.kind, group.epoch, group.seq, group.active + group.muted, now)
    .. entry.actor .. ' ' .. entry.request_id
    .. '","nsp":"/","type":3,"data":{"packet":{"type":2,"data":["' .. entry.event .. '",'
    .. entry.wire
    .. '],"nsp":"/"},"opts":{"rooms":["' .. room .. '"],"except":[],"flags":{}}}}'
end

-- An idle log expires by age. It is kept an eighth longer than it must be, so that hardly any entry has to prolong it.
local function keep_log(group, now)
  if group.log_renewal and now < group.log_renewal then return end
  local ahead_ms = math.floor(history_max_age_ms / 8)
  redis.call('PEXPIRE', log_key, integer(history_max_age_ms + ahead_ms))
  redis.call('HSET', group_key, 'log_renewal', integer(now + ahead_ms))
end
