#!lua
-- Mutes a member of a strict_private group until a time or an unmute. A mute with an end changes the end of a
-- member's mute.
-- @include change-header
local for_ms = ARGV[19]
-- @include change
-- @include change-entry

if not group then return refuse('group_not_found') end
if group.type ~= 'strict_private' then return refuse('not_strict_private') end
local code = refusal_of_moderator(actor)
if code then return refuse(code) end
local member = find_member(user_id, now)
if not member then return refuse('user_not_in_group') end
local has_new_end = member.status == 'm' and for_ms ~= ''
if member.status ~= 'a' and not has_new_end or member.role == 'a' then return refuse('cannot_mute') end
if not is_below_actor(member) then return refuse('not_admin') end
local limited = check_limits()
if limited then return limited end

take_out(group, user_id, member)
member.status = 'm'
member.ends_at = end_of(for_ms)
put_in(group, user_id, member)
return done(member, record_change('muted', until_field('muted_until', member.ends_at)))
