#!lua
-- Makes an admin or a moderator a plain member. Refuses to demote the last admin.
-- @include change-header
-- @include change
-- @include change-entry

if not group then return refuse('group_not_found') end
if not acts_as_admin() then return refuse('not_admin') end
local member = find_member(user_id, now)
if not member then return refuse('user_not_in_group') end
if member.role == 'm' then return refuse('cannot_demote') end
if is_last_admin(group, member) then return refuse('last_admin') end
local limited = check_limits()
if limited then return limited end

give_role(group, user_id, member, 'm')
return done(member, record_change('demoted', roles_field(member)))
