-- The checks of a message that admit-message and append-messages share.
-- @include member
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

-- @param next_due the time at which the next mute or ban of the group ends, ms, as the group stores it
-- @return the reply if the user may not send, or if due mutes must end first; or nil
local function reply_to_sender(now, next_due)
  local due_at = tonumber(next_due)
  if due_at and due_at <= now and are_mutes_ended == '0' then return { 'due', integer(now) } end
  local record = redis.call('HGET', members_key, sender_id)
  -- Most senders are active: their record needs no parsing.
  if record and string.sub(record, 1, 2) == 'a ' then return nil end
  local sender, is_banned, banned_until = member_of(record, now)
  if is_banned then return refusal(now, 'banned', banned_until) end
  if not sender then return refusal(now, 'not_a_member') end
  if sender.status == 'p' then return refusal(now, 'pending_membership') end
  if sender.status == 'm' then return refusal(now, 'muted', sender.ends_at) end
  return nil
end
