#!lua
-- Removes a dead letter for good. One of the archive counts for its room until then; an unreadable one never did.
local dead_letters_key = KEYS[1]
local queued_key = KEYS[2]
local kind = ARGV[1]
local place = ARGV[2]
-- @include clock
-- @include writable
-- @include queue

local now = integer(clock_ms())
expect_writable(dead_letters_key, 'stream', { 'XDEL' })
expect_writable(queued_key, 'hash', { 'HINCRBY', 'HDEL' })
local letter = redis.call('XRANGE', dead_letters_key, place, place)[1]
if not letter then return { 'gone', now } end

local field = {}
for at = 1, #letter[2], 2 do field[letter[2][at]] = letter[2][at + 1] end
redis.call('XDEL', dead_letters_key, place)
local is_counted = kind == 'archive' and field.g and string.sub(field.m or '', 1, 11) ~= 'unreadable-'
if is_counted then count_off(field.g, 1) end
return { 'deleted', now }
