#!lua
-- Reserves one of a user's places (its groups or its join requests, at most `max`) for a group before the change that
-- needs it. So changes on several nodes at once never use more than `max` places. A group has at most one place.
local places_key = KEYS[1]
local group_id = ARGV[1]
local nonce = ARGV[2]
local max = ARGV[3]
-- @include clock
-- @include writable

local now = integer(clock_ms())
expect_writable(places_key, 'hash', { 'HSET' })
local before = redis.call('HGET', places_key, group_id)
if not before and redis.call('HLEN', places_key) >= tonumber(max) then return { 'full', now } end
local entry = nonce .. '.' .. now
redis.call('HSET', places_key, group_id, entry)
return { 'reserved', now, entry, before or '' }
