#!lua
-- Puts a dead letter back among the retries, due at once and with all its attempts. Whoever owns the partition delivers it.
-- A kind without a cursor has nobody to deliver: there the letter stays where it can be seen.
local dead_letters_key = KEYS[1]
local archive_retries_key = KEYS[2]
local archive_retrying_key = KEYS[3]
local notifier_retries_key = KEYS[4]
local notifier_retrying_key = KEYS[5]
local cursors_key = KEYS[6]
local place = ARGV[1]
-- @include clock
-- @include writable

local now = integer(clock_ms())
expect_writable(dead_letters_key, 'stream', { 'XDEL' })
expect_writable(archive_retries_key, 'zset', { 'ZADD' })
expect_writable(archive_retrying_key, 'hash', { 'HSET' })
expect_writable(notifier_retries_key, 'zset', { 'ZADD' })
expect_writable(notifier_retrying_key, 'hash', { 'HSET' })
expect_writable(cursors_key, 'hash', {})
local letter = redis.call('XRANGE', dead_letters_key, place, place)[1]
if not letter then return { 'gone', now } end

local field = {}
for at = 1, #letter[2], 2 do field[letter[2][at]] = letter[2][at + 1] end
if redis.call('HEXISTS', cursors_key, field.d) == 0 then return { 'unopened', now } end
local is_archive = field.d == 'archive'
redis.call('HSET', is_archive and archive_retrying_key or notifier_retrying_key, field.m,
  '0 - ' .. field.g .. ' ' .. field.k .. ' ' .. field.w)
redis.call('ZADD', is_archive and archive_retries_key or notifier_retries_key, now, field.m)
redis.call('XDEL', dead_letters_key, place)
return { 'retried', now }
