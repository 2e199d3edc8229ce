-- Appends the entries that record membership changes. JSON texts come from Node and are spliced in unchanged.
-- @include publish

-- @param event { type, user, actor, request_id?, tail? }: `tail` is the JSON text of more fields and begins with a
-- comma
local function wire_of(group, now, event)
  local acted = event.actor ~= event.user and '","actor_id":"' .. event.actor or ''
  return '{"group_id":"' .. group_id .. '","type":"' .. event.type .. '","user_id":"' .. event.user .. acted
    .. '","epoch":"' .. group.epoch .. '","seq":' .. integer(group.seq)
    .. ',"timestamp":"' .. iso_time(now) .. '"' .. (event.tail or '') .. '}'
end

local function begin_change(group)
  if not group.is_epoch_checked then continue_epoch(group) end
  group.is_epoch_checked = true
end

-- @return the seq of the entry
local function append_event(group, now, event)
  begin_change(group)
  group.seq = group.seq + 1
  group.events = group.events + 1
  group.appended = (group.appended or 0) + 1
  local wire = wire_of(group, now, event)
  add_to_log(integer(group.seq), 'e', wire, integer(group.seq - group.events))
  if is_outbox_written == '1' then add_to_outbox('e', wire) end
  local uid = 'e ' .. uid_head(group.epoch, group.seq, group.active + group.muted, now) .. event.actor .. ' '
    .. (event.request_id or '')
  publications[#publications + 1] = payload_of(uid, 'group_event', wire)
  return group.seq
end
