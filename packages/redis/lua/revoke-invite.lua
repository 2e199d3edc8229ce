#!lua
-- Ends an invite at the request of a member that could accept its user.
-- @include change-header
-- @include change
-- @include change-entry
-- @include accept-checks
-- @include invites

if not group then return refuse('group_not_found') end
local code = refusal_of_acceptor(group, actor, now)
if code then return refuse(code) end
if not find_invite(user_id, now) then return refuse('invite_not_found') end
local limited = check_limits()
if limited then return limited end

redis.call('HDEL', invites_key, user_id)
return done(nil, record_change('invite_revoked'))
