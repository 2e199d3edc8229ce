-- Entries: numbered, stored and made ready to be published, in that order. Publishing itself is the last act of a script.

local PAST_EPOCHS_KEPT = 8
local publications = {}

-- A server in another history of replication may have lost entries: the group goes on counting in a new epoch, and
-- remembers where the old one ended.
local function continue_epoch(group)
  if group.is_epoch_checked then return end
  group.is_epoch_checked = true
  local history = replication_history()
  if history == group.hist then return end
  local past = {}
  for finished in string.gmatch(group.past, '[^,]+') do past[#past + 1] = finished end
  past[#past + 1] = group.epoch .. ':' .. integer(group.seq)
  group.past = table.concat(past, ',', math.max(1, #past - PAST_EPOCHS_KEPT + 1))
  group.epoch = epoch_offer
  group.hist = history
  group.is_changed = true
end

local function next_seq(group)
  continue_epoch(group)
  group.seq = group.seq + 1
  return group.seq
end

-- The payload is the JSON of the Socket.IO sharded adapter; its `uid` carries what a node needs, at fixed offsets.
-- @param entry { kind, event, actor, request_id, wire }: the entry with the group's latest seq
local function append_entry(group, now, entry)
  redis.call('XADD', log_key, 'MAXLEN', '~', history_max_entries, integer(group.seq) .. '-0',
    'k', entry.kind, 'w', entry.wire)
  if is_outbox_written == '1' then
    redis.call('XADD', outbox_key, '*', 'g', group_id, 'k', entry.kind, 'w', entry.wire)
  end
  publications[#publications + 1] = string.format('{"uid":"plenum1 %s %s %016.0f %010.0f %013.0f ',
      entry.kind, group.epoch, group.seq, receivers_count(group), now)
    .. entry.actor .. ' ' .. entry.request_id
    .. '","nsp":"/","type":3,"data":{"packet":{"type":2,"data":["' .. entry.event .. '",'
    .. entry.wire
    .. '],"nsp":"/"},"opts":{"rooms":["' .. room .. '"],"except":[],"flags":{}}}}'
end

-- @param event { type, user, actor, request_id?, tail? }: `tail` is JSON text of further fields, comma first
-- @return the seq of the entry
local function append_event(group, now, event)
  local seq = next_seq(group)
  local acted = event.actor ~= event.user and '","actor_id":"' .. event.actor or ''
  local wire = '{"group_id":"' .. group_id .. '","type":"' .. event.type .. '","user_id":"' .. event.user .. acted
    .. '","epoch":"' .. group.epoch .. '","seq":' .. integer(seq)
    .. ',"timestamp":"' .. iso_time(now) .. '"' .. (event.tail or '') .. '}'
  append_entry(group, now, {
    kind = 'e',
    event = 'group_event',
    actor = event.actor,
    request_id = event.request_id or '',
    wire = wire,
  })
  return seq
end

local function publish_entries()
  for _, payload in ipairs(publications) do redis.call('SPUBLISH', channel, payload) end
end
