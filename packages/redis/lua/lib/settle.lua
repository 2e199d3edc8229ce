-- Mutes whose time has come end before anything else is asked, so that the stored status is the effective one.

local SETTLED_AT_ONCE = 50

local function end_mute(group, now, user)
  local member = find_member(user, now)
  take_out(group, user, member)
  member.status = 'a'
  member.ends_at = nil
  put_in(group, user, member)
  append_event(group, now, { type = 'unmuted', user = user, actor = SERVICE, tail = ',"reason":"expired"' })
end

-- Nothing else may be written before it.
-- @param users whose mutes end now even if many others are due
local function settle(group, now, users)
  if not group.next_due or now < group.next_due then return end
  local due = redis.call('ZRANGE', mutes_key, '-inf', integer(now), 'BYSCORE', 'LIMIT', 0, SETTLED_AT_ONCE)
  for _, user in ipairs(due) do end_mute(group, now, user) end
  for _, user in ipairs(users) do
    local ends_at = redis.call('ZSCORE', mutes_key, user)
    if ends_at and tonumber(ends_at) <= now then end_mute(group, now, user) end
  end
  group.next_due = tonumber(redis.call('ZRANGE', mutes_key, 0, 0, 'WITHSCORES')[2])
  group.is_settled = true
end
