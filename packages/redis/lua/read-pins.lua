#!lua flags=no-writes
-- Reads the pinned messages that the log still has; a deleted group has none.
local group_key = KEYS[1]
local log_key = KEYS[2]
-- @include clock
-- @include pins

local now = integer(clock_ms())
local reply = { 'found', now }
if redis.call('HGET', group_key, 'deleted') then return reply end
for _, pin in ipairs(kept_pins()) do reply[#reply + 1] = pin.text end
return reply
