-- Ends due mutes, bans and requests to join before any other check, so that the checks can trust the stored status. The
-- end of a ban writes no entry: nothing changes for the members. The ends of mutes and requests are in one index.

-- @constant DUE_MUTES_PER_STEP

-- How long a request that has ended is answered as such.
local REQUEST_TRACE_MS = 600000

-- The record stays for some minutes as `x`, so that who accepts the user learns why it cannot.
local function end_request(group, now, user, applicant)
  take_out(group, user, applicant)
  applicant.status = 'x'
  applicant.ends_at = now + REQUEST_TRACE_MS
  redis.call('HSET', members_key, user, record_text(applicant))
  redis.call('ZADD', mutes_key, integer(applicant.ends_at), user)
  append_event(group, now, { type = 'request_expired', user = user, actor = SERVICE })
end

local function end_mute(group, now, user)
  -- The record as it was before its end.
  local member = find_member(user, 0)
  if not member or not member.ends_at then
    -- The trace of a request, or what a trace has left when its user came back, perhaps as an applicant without an end.
    if string.sub(redis.call('HGET', members_key, user) or '', 1, 2) == 'x ' then redis.call('HDEL', members_key, user) end
    redis.call('ZREM', mutes_key, user)
    return
  end
  if member.status == 'p' then return end_request(group, now, user, member) end
  take_out(group, user, member)
  member.status = 'a'
  member.ends_at = nil
  put_in(group, user, member)
  append_event(group, now, { type = 'unmuted', user = user, actor = SERVICE, tail = ',"reason":"expired"' })
end

local function due_in(key, now)
  return redis.call('ZRANGE', key, '-inf', integer(now), 'BYSCORE', 'LIMIT', 0, DUE_MUTES_PER_STEP)
end

local function is_due(key, user, now)
  local ends_at = redis.call('ZSCORE', key, user)
  return ends_at ~= false and tonumber(ends_at) <= now
end

-- @return the earliest end time in the index, ms, or nil if no mute or ban has an end
local function first_end(key)
  local ends_at = tonumber(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
  return ends_at ~= math.huge and ends_at or nil
end

local function earliest(time, other)
  return time and math.min(time, other or time) or other
end

-- Ends the due mutes and bans of the group. Must be the first write of a script.
-- @param users ids whose due mutes and bans end in this call, even if more others are due than one call ends
local function end_due_mutes(group, now, users)
  if not group.next_due or now < group.next_due then return end
  for _, user in ipairs(due_in(mutes_key, now)) do end_mute(group, now, user) end
  for _, user in ipairs(due_in(bans_key, now)) do end_ban(user) end
  for _, user in ipairs(users) do
    if is_due(mutes_key, user, now) then end_mute(group, now, user) end
    if is_due(bans_key, user, now) then end_ban(user) end
  end
  group.next_due = earliest(earliest(first_end(mutes_key), first_end(bans_key)), group.changes_due)
  group.has_ended_mutes = true
end
