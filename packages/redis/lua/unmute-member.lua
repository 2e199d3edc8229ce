#!lua
-- Ends a mute. The member keeps its role and its since_seq.
-- @include change-header
local reason = ARGV[19]
-- @include change
-- @include change-entry

if not group then return refuse('group_not_found') end
if group.type ~= 'strict_private' then return refuse('not_strict_private') end
local code = refusal_of_moderator(actor)
if code then return refuse(code) end
local member = find_member(user_id, now)
if not member then return refuse('user_not_in_group') end
if member.status ~= 'm' then return refuse('not_muted') end
if not is_below_actor(member) then return refuse('not_admin') end
local limited = check_limits()
if limited then return limited end

take_out(group, user_id, member)
member.status = 'a'
member.ends_at = nil
put_in(group, user_id, member)
return done(member, record_change('unmuted', reason_field(reason)))
