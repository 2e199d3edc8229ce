#!lua
-- Appends an entry to a bounded list, the oldest of which make room.
-- Hash: number → `<time, ms> <entry>`; `first` is the number of the oldest, `next` that of the next one, `bytes` the size of all.
local entries_key = KEYS[1]
local entry = ARGV[1]
local entries_max = ARGV[2]
local bytes_max = ARGV[3]
-- @include clock
-- @include writable

local now = integer(clock_ms())
expect_writable(entries_key, 'hash', { 'HSET', 'HDEL' })
local field = redis.call('HMGET', entries_key, 'first', 'next', 'bytes')
local first = tonumber(field[1] or 1)
local number = tonumber(field[2] or 1)
local text = now .. ' ' .. entry
local bytes = tonumber(field[3] or 0) + #text
redis.call('HSET', entries_key, integer(number), text)
while first < number and (number - first >= tonumber(entries_max) or bytes > tonumber(bytes_max)) do
  local oldest = redis.call('HGET', entries_key, integer(first))
  redis.call('HDEL', entries_key, integer(first))
  bytes = bytes - #(oldest or '')
  first = first + 1
end
redis.call('HSET', entries_key, 'first', integer(first), 'next', integer(number + 1), 'bytes', integer(bytes))
return { 'appended', now }
