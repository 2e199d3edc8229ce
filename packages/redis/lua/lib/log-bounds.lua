-- How entries of the present group leave its log: as the service says, until lib/retention changes it.

-- Nil: the present group has no age of its own.
local own_max_age_ms
-- XADD removes whole nodes of the stream at once, unless the group names a number.
local trim_mark = '~'
-- Nil: every join and leave of the present group was an entry. See lib/retention.
local members_version, are_joins_counted
