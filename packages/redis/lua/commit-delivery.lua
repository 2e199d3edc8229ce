#!lua flags=allow-oom
-- Stores the results of one round of deliveries atomically: a crash before the script repeats the round, a crash after
-- it loses nothing. Changes nothing if the node does not hold the lease under this token, or if the cursor has moved
-- since the node read it.
-- `passed`: `<group id> <number of entries>` per group, for the entries that the archive has taken. A refused entry
-- is not among them: it still counts for the room queue.
-- `refused`: one line per entry. The text of the entry comes from the outbox at `offset`, or from the retries if
-- `offset` is `-`:
-- `retry <message_id> <attempts> <offset> <delay_ms, or - for the order by group> <members cursor or ->`
-- `dead <message_id> <attempts> <offset> <reason>`
-- `taken`: the message ids of retries that are done.
-- `dead_letters_kept`: how many dead letters a group may keep. The oldest ones above it are removed, only in groups
-- that got new ones. Empty: all stay.
local lease_key = KEYS[1]
local outbox_key = KEYS[2]
local cursors_key = KEYS[3]
local queued_key = KEYS[4]
local retries_key = KEYS[5]
local retrying_key = KEYS[6]
local dead_letters_key = KEYS[7]
local retries_by_group_key = KEYS[8]
local dead_letters_by_group_key = KEYS[9]
local taken_down_key = KEYS[10]
local tombstones_key = KEYS[11]
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
local named_ms = ARGV[11]
-- @include clock
-- @include fence
-- @include writable
-- @include cursors
-- @include queue
-- @include letters
-- @include taken-down
-- @include tombstones

local now = clock_ms()
if not expect_lease(lease_key, node_id, token) then return { 'not_owner', integer(now) } end
expect_writable(outbox_key, 'stream', { 'XTRIM', 'XDEL' })
expect_writable(cursors_key, 'hash', { 'HSET', 'HDEL' })
expect_writable(queued_key, 'hash', { 'HINCRBY', 'HDEL' })
expect_writable(retries_key, 'zset', { 'ZADD', 'ZREM' })
expect_writable(retrying_key, 'hash', { 'HSET', 'HDEL' })
expect_writable(dead_letters_key, 'stream', { 'XADD', 'XDEL' })
expect_writable(retries_by_group_key, 'zset', { 'ZADD', 'ZREM' })
expect_writable(dead_letters_by_group_key, 'zset', { 'ZADD', 'ZREM' })
expect_writable(taken_down_key, 'zset', { 'ZADD', 'ZREM', 'PEXPIRE' })
expect_writable(tombstones_key, 'hash', { 'HDEL', 'PEXPIRE' })
local has_taken_down = redis.call('ZCARD', taken_down_key) > 0
if redis.call('HGET', cursors_key, kind) ~= expected_cursor then return { 'moved', integer(now) } end

local NO_WORD = '?'

-- Group id and kind are single words in a retry record. No group has the id `?`, so it can mean "none".
local function word(text)
  return text and string.match(text, '^%S+$') or NO_WORD
end

-- @return group id, kind and wire text of the entry, or nil if it is gone
local function text_of(message_id, offset)
  if offset ~= '-' then
    local found = redis.call('XRANGE', outbox_key, offset, offset)[1]
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

local function forget_retry(message_id, group_id)
  redis.call('ZREM', retries_key, message_id)
  redis.call('HDEL', retrying_key, message_id)
  if group_id then drop_from_group(retries_by_group_key, group_id, message_id) end
end

-- Orders retries by group: a new retry is due after all waiting retries of its group, and before overdue retries of a
-- group that has more of them. Example: the new retry of a group with 3 retries is offered before the last retries of
-- a group with 1,000, although those were set aside earlier.
-- @return when the retry is due, ms
local function retry_due_of(group_id)
  local earliest = tonumber(redis.call('ZRANGE', retries_key, 0, 0, 'WITHSCORES')[2] or now)
  return math.min(earliest, now) + count_of_group(retries_by_group_key, group_id)
end

-- Removes a message that would be retried or become a dead letter, but that was taken down meanwhile. Its edits stay,
-- without their text.
local function drop_taken_down(message_id, offset, group_id)
  local archive_cursor = redis.call('HGET', cursors_key, 'archive')
  local is_counted_still = kind == 'archive'
  if offset == '-' then
    forget_retry(message_id, group_id)
  else
    redis.call('XDEL', outbox_key, offset)
    is_counted_still = archive_cursor and is_before(archive_cursor, offset)
  end
  if is_counted_still and not is_unreadable(message_id) then count_off(group_id, 1) end
end

-- The archive has this entry now: if it is a take-down, readers of the archive need its tombstone for a last while.
local function note_archived(entry_kind, wire)
  local message_id = taken_down_by(entry_kind, wire)
  if message_id then redis.call('ZADD', taken_down_key, 'XX', integer(now), message_id) end
end

local groups_with_letters = {}
-- Offsets of entries that the cursor passes and that still count for the room queue.
local is_set_aside = {}
for line in string.gmatch(refused, '[^\n]+') do
  local what, message_id, attempts, offset, rest = string.match(line, '^(%l+) (%S+) (%d+) (%S+) (.*)$')
  local group_id, entry_kind, wire = text_of(message_id, offset)
  if offset ~= '-' and not is_unreadable(message_id) then is_set_aside[offset] = true end
  local is_gone = group_id and has_taken_down and is_taken_down(entry_kind, wire)
  if is_gone and entry_kind == 'c' then
    is_gone, wire = false, edit_without_text(wire)
  end
  if is_gone then
    drop_taken_down(message_id, offset, group_id)
  elseif group_id and what == 'retry' then
    local delay_ms, members_cursor = string.match(rest, '^(%S+) (%S+)$')
    local due = delay_ms == '-' and retry_due_of(group_id) or now + delay_ms
    redis.call('HSET', retrying_key, message_id,
      attempts .. ' ' .. members_cursor .. ' ' .. group_id .. ' ' .. entry_kind .. ' ' .. wire)
    redis.call('ZADD', retries_key, integer(due), message_id)
    add_to_group(retries_by_group_key, group_id, message_id)
  elseif group_id then
    add_letter(group_id, { 'g', group_id, 'k', entry_kind, 'w', wire, 'm', message_id, 'a', attempts, 'r', rest })
    groups_with_letters[group_id] = true
  end
  if what == 'dead' then forget_retry(message_id, group_id) end
end
local dropped = 0
if dead_letters_kept ~= '' then
  for group_id in pairs(groups_with_letters) do dropped = dropped + drop_letters(group_id, dead_letters_kept) end
end
for message_id in string.gmatch(taken, '%S+') do
  local group_id, entry_kind, wire = text_of(message_id, '-')
  if group_id and kind == 'archive' and not is_unreadable(message_id) then
    count_off(group_id, 1)
    if has_taken_down then note_archived(entry_kind, wire) end
  end
  forget_retry(message_id, group_id)
end

redis.call('HSET', cursors_key, kind, cursor)
if page == '' then
  redis.call('HDEL', cursors_key, kind .. ':page')
else
  redis.call('HSET', cursors_key, kind .. ':page', page)
end
if has_taken_down and kind == 'archive' then
  -- `passed` may count entries that were removed and counted off since the owner read them.
  for _, entry in ipairs(redis.call('XRANGE', outbox_key, '(' .. expected_cursor, cursor)) do
    local group_id = entry[2][1] == 'g' and entry[2][2] or NO_WORD
    if not is_set_aside[entry[1]] then
      count_off(group_id, 1)
      if entry[2][5] == 'w' then note_archived(entry[2][4], entry[2][6]) end
    end
  end
else
  for group_id, entries in string.gmatch(passed, '(%S+) (%d+)') do count_off(group_id, entries) end
end
if cursor ~= expected_cursor then trim_outbox() end
if kind == 'archive' and has_taken_down then forget_old_names(now) end
return { 'committed', integer(now), integer(dropped) }
