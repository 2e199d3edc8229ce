#!lua flags=no-writes
-- Reads all invites of a group, ended ones too: user, `<inviter> <ends_at>` and so on. A group has a bounded number of them.
local group_key = KEYS[1]
local invites_key = KEYS[2]
-- @include clock

local now = integer(clock_ms())
local field = redis.call('HMGET', group_key, 'type', 'deleted')
if not field[1] or field[2] then return { 'none', now } end
local reply = { 'found', now }
for _, word in ipairs(redis.call('HGETALL', invites_key)) do reply[#reply + 1] = word end
return reply
