#!lua
-- Makes an active member an admin, and the acting admin a plain member: the entries `promoted` and `demoted`.
-- @include change-header
-- @include change
-- @include change-entry

if not group then return refuse('group_not_found') end
if not acts_as_admin() then return refuse('not_admin') end
local member = find_member(user_id, now)
if not member then return refuse('user_not_in_group') end
if member.status ~= 'a' or member.role == 'a' then return refuse('cannot_promote') end
local limited = check_limits()
if limited then return limited end

give_role(group, user_id, member, 'a')
record_change('promoted', roles_field(member))
local former = find_member(actor, now)
give_role(group, actor, former, 'm')
return done(former, append_event(group, now, { type = 'demoted', user = actor, actor = actor, tail = roles_field(former) }))
