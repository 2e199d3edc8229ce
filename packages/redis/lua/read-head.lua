#!lua flags=no-writes
-- Reads the head of a group's log.
local group_key = KEYS[1]
local log_key = KEYS[2]
local present_key = KEYS[3]
-- @include clock
-- @include head

local now = integer(clock_ms())
local field = redis.call('HMGET', group_key, 'epoch', 'seq', 'past', 'deleted', 'changes_due', 'sending')
if not field[1] then return { 'none', now } end
return { 'found', now, head_words(field[1], field[2], field[3], field[4], field[5], field[6]) }
