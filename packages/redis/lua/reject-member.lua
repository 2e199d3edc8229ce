#!lua
-- Rejects an applicant.
-- @include change-header
local reason = ARGV[19]
-- @include change
-- @include change-entry
-- @include accept-checks

if not group then return refuse('group_not_found') end
local code, applicant = refusal_of_decision(group, now)
if code then return refuse(code) end
local limited = check_limits()
if limited then return limited end

remove_member(group, user_id, applicant)
return done(nil, record_change('rejected', reason_field(reason)))
