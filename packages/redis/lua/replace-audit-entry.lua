#!lua
-- Writes another text over an entry of the list, at the time of the first one. One that has made room stays away.
local entries_key = KEYS[1]
local number = ARGV[1]
local entry = ARGV[2]
-- @include clock
-- @include writable

local now = integer(clock_ms())
expect_writable(entries_key, 'hash', { 'HSET', 'HINCRBY' })
local present = redis.call('HGET', entries_key, number)
if not present then return { 'gone', now } end
local text = string.match(present, '^%d+ ') .. entry
redis.call('HSET', entries_key, number, text)
redis.call('HINCRBY', entries_key, 'bytes', integer(#text - #present))
return { 'replaced', now }
