#!lua flags=allow-oom
-- The effects of one round of deliveries, all or nothing: whoever dies before it has done nothing, whoever dies behind it
-- has done all of it. Nothing is changed by a node that does not hold the lease under this token, or that has not read
-- this very cursor.
-- `passed` is `<group id> <entries>` per group, of those that the archive has taken; what it has refused counts on for its room. `refused` holds a line per entry, its
-- text taken from the outbox (`place`) or, for one that is retried already (`-`), from the retries:
-- `retry <message_id> <attempts> <place> <delay_ms> <members cursor or ->`
-- `dead <message_id> <attempts> <place> <reason>`. `taken` are message ids of retries that are done. Of the dead letters the
-- latest `dead_letters_kept` stay; empty: all of them.
local lease_key = KEYS[1]
local outbox_key = KEYS[2]
local cursors_key = KEYS[3]
local queued_key = KEYS[4]
local retries_key = KEYS[5]
local retrying_key = KEYS[6]
local dead_letters_key = KEYS[7]
local node_id = ARGV[1]
local token = ARGV[2]
local kind = ARGV[3]
local expected_cursor = ARGV[4]
local cursor = ARGV[5]
local page = ARGV[6]
local passed = ARGV[7]
local refused = ARGV[8]
local taken = ARGV[9]
local dead_letters_kept = ARGV[10]
-- @include clock
-- @include fence
-- @include writable
-- @include cursors
-- @include queue

local now = clock_ms()
if not expect_lease(lease_key, node_id, token) then return { 'not_owner', integer(now) } end
expect_writable(outbox_key, 'stream', { 'XTRIM' })
expect_writable(cursors_key, 'hash', { 'HSET', 'HDEL' })
expect_writable(queued_key, 'hash', { 'HINCRBY', 'HDEL' })
expect_writable(retries_key, 'zset', { 'ZADD', 'ZREM' })
expect_writable(retrying_key, 'hash', { 'HSET', 'HDEL' })
expect_writable(dead_letters_key, 'stream', { 'XADD', 'XTRIM' })
if redis.call('HGET', cursors_key, kind) ~= expected_cursor then return { 'moved', integer(now) } end

local NO_WORD = '?'

-- A group id and a kind are words in a retry. No group has the id that stands for none.
local function word(text)
  return text and string.match(text, '^%S+$') or NO_WORD
end

-- @return group id, kind and wire of the entry, or nil if nobody has it any more
local function text_of(message_id, place)
  if place ~= '-' then
    local found = redis.call('XRANGE', outbox_key, place, place)[1]
    if not found then return nil end
    local field = {}
    for at = 1, #found[2], 2 do field[found[2][at]] = found[2][at + 1] end
    return word(field.g), word(field.k), field.w or table.concat(found[2], ' ')
  end
  local record = redis.call('HGET', retrying_key, message_id)
  if not record then return nil end
  local group_id, entry_kind, wire = string.match(record, '^%d+ %S+ (%S+) (%S+) (.*)$')
  return group_id or NO_WORD, entry_kind or NO_WORD, wire or record
end

local function forget_retry(message_id)
  redis.call('ZREM', retries_key, message_id)
  redis.call('HDEL', retrying_key, message_id)
end

for line in string.gmatch(refused, '[^\n]+') do
  local what, message_id, attempts, place, rest = string.match(line, '^(%l+) (%S+) (%d+) (%S+) (.*)$')
  local group_id, entry_kind, wire = text_of(message_id, place)
  if group_id and what == 'retry' then
    local delay_ms, members_cursor = string.match(rest, '^(%d+) (%S+)$')
    redis.call('HSET', retrying_key, message_id,
      attempts .. ' ' .. members_cursor .. ' ' .. group_id .. ' ' .. entry_kind .. ' ' .. wire)
    redis.call('ZADD', retries_key, integer(now + delay_ms), message_id)
  elseif group_id then
    redis.call('XADD', dead_letters_key, '*', 'g', group_id, 'k', entry_kind, 'w', wire,
      'm', message_id, 'a', attempts, 'r', rest)
  end
  if what == 'dead' then forget_retry(message_id) end
end
local dropped = 0
if dead_letters_kept ~= '' then dropped = redis.call('XTRIM', dead_letters_key, 'MAXLEN', dead_letters_kept) end
for message_id in string.gmatch(taken, '%S+') do
  local group_id = kind == 'archive' and text_of(message_id, '-')
  if group_id then count_off(group_id, 1) end
  forget_retry(message_id)
end

redis.call('HSET', cursors_key, kind, cursor)
if page == '' then
  redis.call('HDEL', cursors_key, kind .. ':page')
else
  redis.call('HSET', cursors_key, kind .. ':page', page)
end
for group_id, entries in string.gmatch(passed, '(%S+) (%d+)') do count_off(group_id, entries) end
if cursor ~= expected_cursor then trim_outbox() end
return { 'committed', integer(now), integer(dropped) }
