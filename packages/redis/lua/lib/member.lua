-- The record of a member: `<status> <role> <joined_at> <since_seq> <ends_at>`, in one field of the members hash.
-- status: a(ctive), p(ending), m(uted), b(anned) · role: a(dmin), m(ember) · ends_at: the end of a mute or ban, ms,
-- or `-`.

local SERVICE = '$service'

-- @return the record, or nil; true when the user is banned at this time; and the end of the ban, ms, if it has one. A
-- banned user is no member.
local function member_of(text, now)
  if not text then return nil, false end
  local status, role, joined_at, since_seq, ends_at = string.match(text, '^(%l) (%l) (%d+) (%d+) (%S+)$')
  local ends_at_ms = tonumber(ends_at)
  if status == 'b' then return nil, ends_at_ms == nil or ends_at_ms > now, ends_at_ms end
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
