#!lua
-- Removes a group from a user's index, unless the entry was written again meanwhile.
local index_key = KEYS[1]
local group_id = ARGV[1]
local entry = ARGV[2]
-- @include clock

local now = integer(clock_ms())
if redis.call('HGET', index_key, group_id) ~= entry then return { 'kept', now } end
redis.call('HDEL', index_key, group_id)
return { 'forgotten', now }
