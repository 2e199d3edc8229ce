#!lua
-- Accepts an applicant; from this entry on it receives.
-- @include change-header
local reason = ARGV[19]
-- @include change
-- @include change-entry
-- @include accept-checks

if not group then return refuse('group_not_found') end
local code, applicant = refusal_of_decision(group, now)
if code then return refuse(code) end
if is_full(group) then return refuse('group_full') end
local limited = check_limits()
if limited then return limited end

take_out(group, user_id, applicant)
applicant.status = 'a'
applicant.joined_at = now
applicant.since_seq = group.seq + 1
put_in(group, user_id, applicant)
return done(applicant, record_change('accepted', reason_field(reason)))
