-- Checks who may accept or reject an applicant, and invite a user: any active member in a public or private group, only
-- an admin or a moderator in a strict_private one, and the service everywhere.

-- @return the code of the first refusal of this user, or nil
local function refusal_of_acceptor(group, user, now)
  if user == SERVICE then return nil end
  local member = find_member(user, now)
  if not member then return 'user_not_in_group' end
  if group.type == 'strict_private' then return refusal_of_moderator(user) end
  if member.status ~= 'a' then return 'not_admin' end
  return nil
end

-- @return the code of the first refusal, or nil; and the record of the applicant
local function refusal_of_decision(group, now)
  local code = refusal_of_acceptor(group, actor, now)
  if code then return code end
  local applicant, _, _, has_expired = find_member(user_id, now)
  if not applicant then return has_expired and 'request_expired' or 'user_not_in_group' end
  if applicant.status ~= 'p' then return 'user_not_pending' end
  return nil, applicant
end
