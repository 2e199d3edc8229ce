-- Who has accepted an applicant that needs more accepts: the field `<user> accepts` of the hash of applications, ids with
-- commas between them. No id contains a space or a comma.
-- @include accept-checks

local function accepts_field(user)
  return user .. ' accepts'
end

-- How many users have to accept an applicant of the group.
local function accepts_needed()
  return tonumber(redis.call('HGET', group_key, 'accepts_needed') or '') or 1
end

-- @return those who have accepted the applicant and could accept it now; and true if `actor` is one of them
local function standing_accepts(group, user, now)
  local standing, has_actor = {}, false
  for one in string.gmatch(redis.call('HGET', applications_key, accepts_field(user)) or '', '[^,]+') do
    if not refusal_of_acceptor(group, one, now) then
      standing[#standing + 1] = one
      has_actor = has_actor or one == actor
    end
  end
  return standing, has_actor
end

local function save_accepts(user, accepts)
  redis.call('HSET', applications_key, accepts_field(user), table.concat(accepts, ','))
end
