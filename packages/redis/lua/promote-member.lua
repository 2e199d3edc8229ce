#!lua
-- Makes an active member an admin or a moderator. `role` is its letter in the record of a member.
-- @include change-header
local role = ARGV[19]
-- @include change
-- @include change-entry

if not group then return refuse('group_not_found') end
if not acts_as_admin() then return refuse('not_admin') end
local member = find_member(user_id, now)
if not member then return refuse('user_not_in_group') end
if member.status ~= 'a' or member.role == 'a' or member.role == role then return refuse('cannot_promote') end
local limited = check_limits()
if limited then return limited end

give_role(group, user_id, member, role)
return done(member, record_change('promoted', roles_field(member)))
