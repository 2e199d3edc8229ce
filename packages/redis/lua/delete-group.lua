#!lua
-- Deletes a group. The entry `deleted` is the last one that its members get. A tombstone and the log stay for 10
-- minutes.
-- @include change-header
-- @include state-keys
answer_scope = 'always'
-- @include change
-- @include change-entry

if not group then return refuse('group_not_found') end
if not acts_as_admin() then return refuse('not_admin') end
local limited = check_limits()
if limited then return limited end

local seq = record_change('deleted')
leave_tombstone(group, now)
return done(nil, seq)
