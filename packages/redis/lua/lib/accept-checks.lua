-- The checks of accept and reject: any active member may decide in public and private groups, only an admin in strict
-- ones.

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
