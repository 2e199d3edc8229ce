#!lua
-- Removes a dead letter. A dead letter of the archive counts for the room queue of its group until then.
local dead_letters_key = KEYS[1]
local queued_key = KEYS[2]
local cursors_key = KEYS[3]
local dead_letters_by_group_key = KEYS[4]
local kind = ARGV[1]
local place = ARGV[2]
-- @include clock
-- @include writable
-- @include counted-letters
-- @include letters

local now = integer(clock_ms())
expect_writable(dead_letters_key, 'stream', { 'XDEL' })
expect_writable(queued_key, 'hash', { 'HINCRBY', 'HDEL' })
expect_writable(cursors_key, 'hash', {})
expect_writable(dead_letters_by_group_key, 'zset', { 'ZREM' })
local letter = redis.call('XRANGE', dead_letters_key, place, place)[1]
if not letter then return { 'gone', now } end

local field = {}
for at = 1, #letter[2], 2 do field[letter[2][at]] = letter[2][at + 1] end
remove_letter(place, field.g or '')
if is_counted(place, field.g, field.m) then count_off(field.g, 1) end
return { 'deleted', now }
