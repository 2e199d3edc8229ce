#!lua
-- Ends a membership, or an application, at the user's own request.
-- @include change-header
-- @include state-keys
-- @include change
-- @include change-entry
-- @include departure

if not group then return refuse('group_not_found') end
local member = find_member(user_id, now)
if not member then return refuse('user_not_in_group') end
local limited = check_limits()
if limited then return limited end
local event = { type = 'left', user = user_id, actor = actor, request_id = request_id }
return done(nil, depart(group, now, { user = user_id, member = member }, event))
