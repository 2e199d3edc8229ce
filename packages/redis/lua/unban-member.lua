#!lua
-- Ends a ban: the user may join again.
-- @include change-header
local reason = ARGV[19]
-- @include change
-- @include change-entry

if not group then return refuse('group_not_found') end
if not acts_as_admin() then return refuse('not_admin') end
local _, is_banned = find_member(user_id, now)
if not is_banned then return refuse('not_banned') end
local limited = check_limits()
if limited then return limited end

end_ban(user_id)
return done(nil, record_change('unbanned', reason_field(reason)))
