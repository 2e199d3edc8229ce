-- The open invites of a group: user → `<inviter> <ends_at>`; `-`: the invite does not end by itself. A member has none.

-- @return the inviter and the end of the invite, ms, if it has one; nil if no invite of the user is in force
local function invite_of(text, now)
  if not text then return nil end
  local inviter, ends_at = string.match(text, '^(%S+) (%S+)$')
  local ends_at_ms = tonumber(ends_at)
  if ends_at_ms and ends_at_ms <= now then return nil end
  return inviter, ends_at_ms
end

local function find_invite(user, now)
  return invite_of(redis.call('HGET', invites_key, user), now)
end

-- @return the users whose invite has ended
local function ended_invites(now)
  local found = redis.call('HGETALL', invites_key)
  local ended = {}
  for at = 1, #found, 2 do
    if not invite_of(found[at + 1], now) then ended[#ended + 1] = found[at] end
  end
  return ended
end
