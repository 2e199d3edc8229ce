-- The keys of the present states of messages, for a change that may end the group or replace a tombstone.
local present_key = KEYS[18]
local changed_key = KEYS[19]
local reactors_key = KEYS[20]
local mentions_key = KEYS[21]
-- @include states-removable
