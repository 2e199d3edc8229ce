#!lua
-- Ends an invite link at the request of a member that could accept the users who join by it.
-- @include change-header
-- @include link-key
local link_id = ARGV[19]
-- @include change
-- @include change-entry
-- @include accept-checks
-- @include links

if not group then return refuse('group_not_found') end
local code = refusal_of_acceptor(group, actor, now)
if code then return refuse(code) end
if not find_link(link_id, now) then return refuse('invite_not_found') end
local limited = check_limits()
if limited then return limited end

redis.call('HDEL', links_key, link_id)
return done(nil, record_change('link_revoked', link_field(link_id)))
