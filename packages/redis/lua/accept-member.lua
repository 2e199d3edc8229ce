#!lua
-- Accepts an applicant; from this entry on it receives. If the group needs more accepts, the applicant waits. The accept of
-- the service is enough.
-- @include change-header
local reason = ARGV[19]
-- @include change
-- @include change-entry
-- @include accepts
-- @include mute-again

if not group then return refuse('group_not_found') end
local code, applicant = refusal_of_decision(group, now)
if code then return refuse(code) end
if is_full(group) then return refuse('group_full') end
local needed = actor == SERVICE and 1 or accepts_needed()
local standing, has_accepted = {}, false
if needed > 1 then standing, has_accepted = standing_accepts(group, user_id, now) end
if has_accepted and #standing < needed then
  if group.has_ended_mutes then commit(group, now) end
  applicant.progress = #standing .. '/' .. needed
  return { 'duplicate', integer(now), describe(applicant) .. ' ' .. group.epoch .. ' ' .. integer(group.seq) }
end
local limited = check_limits()
if limited then return limited end

if not has_accepted then standing[#standing + 1] = actor end
if #standing < needed then
  save_accepts(user_id, standing)
  applicant.progress = #standing .. '/' .. needed
  local progress = ',"accepts":' .. #standing .. ',"accepts_needed":' .. needed
  return done(applicant, record_change('endorsed', reason_field(reason) .. progress))
end

take_out(group, user_id, applicant)
applicant.status = 'a'
applicant.ends_at = nil
applicant.joined_at = now
applicant.since_seq = group.seq + 1
put_in(group, user_id, applicant)
local seq = record_change('accepted', reason_field(reason))
mute_again(group, user_id, applicant, take_kept_mute(user_id, now))
return done(applicant, seq)
