-- Checks who may accept or reject an applicant: any active member in a public or private group, only an admin in a
-- strict_private one, and the service everywhere.

-- @return the code of the first refusal, or nil; and the record of the applicant
local function refusal_of_decision(group, now)
  if actor ~= SERVICE then
    local member = find_member(actor, now)
    if not member then return 'user_not_in_group' end
    if member.status ~= 'a' then return 'not_admin' end
    if group.type == 'strict_private' and member.role ~= 'a' then return 'not_admin' end
  end
  local applicant = find_member(user_id, now)
  if not applicant then return 'user_not_in_group' end
  if applicant.status ~= 'p' then return 'user_not_pending' end
  return nil, applicant
end
