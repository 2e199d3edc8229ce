#!lua
-- Moves a dead letter back to the retries: due at once, with its attempts counted from 0 again. The owner of the
-- partition delivers it.
-- A kind without a cursor delivers nothing, so its letter stays a dead letter. A letter of an ended archive counts for
-- the room queue of its group from now on, like every retry.
local dead_letters_key = KEYS[1]
local retries_key = KEYS[2]
local retrying_key = KEYS[3]
local cursors_key = KEYS[4]
local queued_key = KEYS[5]
local retries_by_group_key = KEYS[6]
local dead_letters_by_group_key = KEYS[7]
local taken_down_key = KEYS[8]
local kind = ARGV[1]
local place = ARGV[2]
-- @include clock
-- @include writable
-- @include counted-letters
-- @include letters
-- @include taken-down

local now = integer(clock_ms())
expect_writable(dead_letters_key, 'stream', { 'XDEL' })
expect_writable(retries_key, 'zset', { 'ZADD' })
expect_writable(retrying_key, 'hash', { 'HSET' })
expect_writable(cursors_key, 'hash', {})
expect_writable(queued_key, 'hash', { 'HINCRBY', 'HDEL' })
expect_writable(retries_by_group_key, 'zset', { 'ZADD' })
expect_writable(dead_letters_by_group_key, 'zset', { 'ZREM' })
expect_writable(taken_down_key, 'zset', {})
local letter = redis.call('XRANGE', dead_letters_key, place, place)[1]
if not letter then return { 'gone', now } end
if redis.call('HEXISTS', cursors_key, kind) == 0 then return { 'unopened', now } end

local field = {}
for at = 1, #letter[2], 2 do field[letter[2][at]] = letter[2][at + 1] end
local is_gone = is_taken_down(field.k, field.w or '')
if is_gone and field.k == 'c' then
  is_gone, field.w = false, edit_without_text(field.w)
end
if is_gone then
  remove_letter(place, field.g)
  if is_counted(place, field.g, field.m) then count_off(field.g, 1) end
  return { 'gone', now }
end
redis.call('HSET', retrying_key, field.m, '0 - ' .. field.g .. ' ' .. field.k .. ' ' .. field.w)
redis.call('ZADD', retries_key, now, field.m)
add_to_group(retries_by_group_key, field.g, field.m)
local is_new_to_queue = kind == 'archive' and not is_unreadable(field.m) and not is_counted(place, field.g, field.m)
if is_new_to_queue then redis.call('HINCRBY', queued_key, field.g, 1) end
remove_letter(place, field.g)
return { 'retried', now }
