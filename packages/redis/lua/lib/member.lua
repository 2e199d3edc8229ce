-- Reads the record of a member, one field of the members hash: `<status> <role> <joined_at> <since_seq> <ends_at>`.
-- status: a(ctive), p(ending), m(uted), b(anned), x (its request has ended a short time ago) · role: a(dmin), o (moderator), m(ember) · ends_at: the time, ms, at which a mute or
-- ban ends, or `-`.

local SERVICE = '$service'

-- @return four values: the record, or nil if the user is no member (a banned user is none); true if the user is
-- banned at `now`; the end of the ban, ms, if it has one; true if the request of the user has ended
local function member_of(text, now)
  if not text then return nil, false end
  local status, role, joined_at, since_seq, ends_at = string.match(text, '^(%l) (%l) (%d+) (%d+) (%S+)$')
  local ends_at_ms = tonumber(ends_at)
  if status == 'b' then return nil, ends_at_ms == nil or ends_at_ms > now, ends_at_ms end
  local is_request = status == 'p' and ends_at_ms ~= nil
  if status == 'x' or is_request and ends_at_ms <= now then return nil, false, nil, true end
  return {
    status = status,
    role = role,
    joined_at = joined_at,
    since_seq = since_seq,
    ends_at = ends_at_ms,
  }, false
end

local function find_member(user, now)
  return member_of(redis.call('HGET', members_key, user), now)
end
