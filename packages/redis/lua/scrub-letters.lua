#!lua
-- Removes the copies of a taken-down message from a part of the retries and dead letters of one adapter kind. Edits stay
-- without their text. Copies of edits have ids of their own, so all of the group are read, in the order of their ids. The
-- next part begins after the replied ids; empty ones mean that all is read.
local retries_key = KEYS[1]
local retrying_key = KEYS[2]
local retries_by_group_key = KEYS[3]
local dead_letters_key = KEYS[4]
local dead_letters_by_group_key = KEYS[5]
local queued_key = KEYS[6]
local cursors_key = KEYS[7]
local kind = ARGV[1]
local group_id = ARGV[2]
local message_id = ARGV[3]
local after_retry = ARGV[4]
local after_letter = ARGV[5]
local limit = ARGV[6]
-- @include clock
-- @include writable
-- @include counted-letters
-- @include letters
-- @include copies

local now = integer(clock_ms())
expect_writable(retries_key, 'zset', { 'ZREM' })
expect_writable(retrying_key, 'hash', { 'HDEL', 'HSET' })
expect_writable(retries_by_group_key, 'zset', { 'ZREM' })
expect_writable(dead_letters_key, 'stream', { 'XDEL', 'XADD' })
expect_writable(dead_letters_by_group_key, 'zset', { 'ZREM', 'ZADD' })
expect_writable(queued_key, 'hash', { 'HINCRBY', 'HDEL' })
expect_writable(cursors_key, 'hash', {})
local removed = 0

local function scrub_retry(id)
  local record = redis.call('HGET', retrying_key, id)
  local head, entry_kind, wire = string.match(record or '', '^(%d+ %S+ %S+ )(%S+) (.*)$')
  if not entry_kind or message_in(entry_kind, wire) ~= message_id then return end
  removed = removed + 1
  if entry_kind == 'c' then
    redis.call('HSET', retrying_key, id, head .. 'c ' .. edit_without_text(wire))
    return
  end
  redis.call('ZREM', retries_key, id)
  redis.call('HDEL', retrying_key, id)
  drop_from_group(retries_by_group_key, group_id, id)
  if kind == 'archive' then count_off(group_id, 1) end
end

local function scrub_letter(sorted)
  local place = place_in(sorted)
  local letter = redis.call('XRANGE', dead_letters_key, place, place)[1]
  if not letter then return end
  local field = {}
  for at = 1, #letter[2], 2 do field[letter[2][at]] = letter[2][at + 1] end
  if message_in(field.k, field.w or '') ~= message_id then return end
  remove_letter(place, group_id)
  removed = removed + 1
  if not is_counted(place, group_id, field.m) then return end
  if field.k == 'm' then
    count_off(group_id, 1)
  else
    add_letter(group_id, { 'g', group_id, 'k', 'c', 'w', edit_without_text(field.w), 'm', field.m, 'a', field.a, 'r', field.r })
  end
end

-- @return the id after which the next part begins, or an empty text
local function scrub(index_key, after, scrub_one)
  local from = after == '' and '[' .. group_id .. ' ' or '(' .. group_id .. ' ' .. after
  local found = redis.call('ZRANGEBYLEX', index_key, from, '(' .. group_id .. '!', 'LIMIT', 0, limit)
  for at, member in ipairs(found) do
    found[at] = string.sub(member, #group_id + 2)
    scrub_one(found[at])
  end
  return #found == tonumber(limit) and found[#found] or ''
end

-- `-` instead of an id: that list is read already.
local next_retry = after_retry ~= '-' and scrub(retries_by_group_key, after_retry, scrub_retry) or ''
local next_letter = after_letter ~= '-' and scrub(dead_letters_by_group_key, after_letter, scrub_letter) or ''
return { 'scrubbed', now, integer(removed), next_retry, next_letter }
