-- The record of a member: `<status> <role> <joined_at> <since_seq> <ends_at>`, in one field of the members hash.
-- status: a(ctive), p(ending), m(uted), b(anned) · role: a(dmin), m(ember) · ends_at: ms when mute or ban ends, or `-`.

local SERVICE = '$service'

-- @return the record, or nil; and whether the user is banned at this time. A banned user is no member.
local function find_member(user, now)
  local text = redis.call('HGET', members_key, user)
  if not text then return nil, false end
  local status, role, joined_at, since_seq, ends_at = string.match(text, '^(%l) (%l) (%d+) (%d+) (%S+)$')
  local ends_at_ms = tonumber(ends_at)
  if status == 'b' then return nil, ends_at_ms == nil or ends_at_ms > now end
  return {
    status = status,
    role = role,
    joined_at = tonumber(joined_at),
    since_seq = tonumber(since_seq),
    ends_at = ends_at_ms,
  }, false
end

local function until_text(ms)
  return ms and string.format('%.0f', ms) or '-'
end

local function record_text(member)
  return string.format('%s %s %.0f %.0f %s',
    member.status, member.role, member.joined_at, member.since_seq, until_text(member.ends_at))
end

-- The part of an answer that tells where the subject stands: `<status> <role> <ends_at>`, `- - -` for no record.
local function describe(member)
  if not member then return '- - -' end
  return member.status .. ' ' .. member.role .. ' ' .. until_text(member.ends_at)
end
