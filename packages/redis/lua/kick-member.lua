#!lua
-- Removes a member or an applicant. Refuses to remove the last admin.
-- @include change-header
local reason = ARGV[19]
-- @include change
-- @include change-entry

if not group then return refuse('group_not_found') end
local code = refusal_of_moderator(actor)
if code then return refuse(code) end
local member = find_member(user_id, now)
if not member then return refuse('user_not_in_group') end
if not is_below_actor(member) then return refuse('not_admin') end
if is_last_admin(group, member) then return refuse('last_admin') end
local limited = check_limits()
if limited then return limited end

remove_member(group, user_id, member)
return done(nil, record_change('kicked', reason_field(reason)))
