-- The checks of a message that admit-message and append-messages share.
-- @include dedupe

-- @param detail ms: the time at which a mute or a ban ends, or the delay before the next try
local function refusal(now, code, detail)
  return { 'refused', integer(now), code, detail and integer(detail) or '' }
end

-- @return the reply to a request that was answered before or arrives after its deadline, or nil
local function early_reply(now)
  local repeated = recall(now, 'log')
  if repeated then return repeated end
  if now > tonumber(deadline_ms) then return { 'late', integer(now) } end
  return nil
end

-- @param role of an active sender
-- @return the reply if the group's rules do not let the user send now, or nil; and the interval, ms, if slow mode holds
-- for the user
local function reply_to_role(now, role, sending)
  -- @include sending-text
  -- @include last-sent
  local posting, slow_mode_ms = sending_of(sending)
  if posting == 'n' or posting == 'a' and role ~= 'a' then return refusal(now, 'posting_restricted') end
  if slow_mode_ms == 0 or role ~= 'm' then return nil end
  local sent_at = last_sent(sender_id)
  -- A time that is still to come is from before a step back of Redis' clock: this message begins the interval anew.
  local wait_ms = sent_at and sent_at <= now and sent_at + slow_mode_ms - now or 0
  if wait_ms > 0 then return refusal(now, 'slow_mode', wait_ms) end
  return nil, slow_mode_ms
end

-- @param group { next_due, sending } as the group stores them
-- @return the reply if the user may not send, or if due mutes must end first; or nil; and the interval, ms, if slow mode
-- holds for the user
local function reply_to_sender(now, group)
  local due_at = tonumber(group.next_due)
  if due_at and due_at <= now and are_mutes_ended == '0' then return { 'due', integer(now) } end
  local record = redis.call('HGET', members_key, sender_id)
  -- Most senders are active: their record needs no parsing.
  if record and string.sub(record, 1, 2) == 'a ' then
    if not group.sending or group.sending == '' then return nil end
    return reply_to_role(now, string.sub(record, 3, 3), group.sending)
  end
  -- @include member
  local sender, is_banned, banned_until = member_of(record, now)
  if is_banned then return refusal(now, 'banned', banned_until) end
  if not sender then return refusal(now, 'not_a_member') end
  if sender.status == 'p' then return refusal(now, 'pending_membership') end
  if sender.status == 'm' then return refusal(now, 'muted', sender.ends_at) end
  return nil
end
