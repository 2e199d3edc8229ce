-- The keys of the present states of messages, and of invite links, for a change that may end the group or replace a
-- tombstone.
local present_key = KEYS[18]
local changed_key = KEYS[19]
local reactors_key = KEYS[20]
local mentions_key = KEYS[21]
local links_key = KEYS[22]
-- @include states-removable
expect_writable(links_key, 'hash', { 'HSET', 'UNLINK' })
