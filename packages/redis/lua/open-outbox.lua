#!lua flags=allow-oom
-- Gives every adapter kind in `kinds` a cursor, before the oldest entry if the kind is new. Removes the cursors of all
-- other kinds, with their waiting retries.
-- `kinds` is a list such as `archive notifier`, or empty.
local lease_key = KEYS[1]
local outbox_key = KEYS[2]
local cursors_key = KEYS[3]
local queued_key = KEYS[4]
local archive_retries_key = KEYS[5]
local archive_retrying_key = KEYS[6]
local notifier_retries_key = KEYS[7]
local notifier_retrying_key = KEYS[8]
local archive_retries_by_group_key = KEYS[9]
local notifier_retries_by_group_key = KEYS[10]
local archive_dead_letters_key = KEYS[11]
local node_id = ARGV[1]
local token = ARGV[2]
local kinds = ARGV[3]
-- @include clock
-- @include fence
-- @include writable
-- @include cursors

local now = integer(clock_ms())
if not expect_lease(lease_key, node_id, token) then return { 'not_owner', now } end
expect_writable(outbox_key, 'stream', { 'XTRIM' })
expect_writable(cursors_key, 'hash', { 'HSETNX', 'HSET', 'HDEL' })
expect_writable(queued_key, 'hash', { 'UNLINK' })
expect_writable(archive_retries_key, 'zset', { 'UNLINK' })
expect_writable(archive_retrying_key, 'hash', { 'UNLINK' })
expect_writable(notifier_retries_key, 'zset', { 'UNLINK' })
expect_writable(notifier_retrying_key, 'hash', { 'UNLINK' })
expect_writable(archive_retries_by_group_key, 'zset', { 'UNLINK' })
expect_writable(notifier_retries_by_group_key, 'zset', { 'UNLINK' })
expect_writable(archive_dead_letters_key, 'stream', {})

local is_wanted = {}
local has_new_archive = false
for kind in string.gmatch(kinds, '%S+') do
  is_wanted[kind] = true
  local is_new = redis.call('HSETNX', cursors_key, kind, '0-0') == 1
  if is_new and kind == 'archive' then has_new_archive = true end
end
for _, field in ipairs(redis.call('HKEYS', cursors_key)) do
  if not is_wanted[string.match(field, '^[^:]+')] then redis.call('HDEL', cursors_key, field) end
end
if not is_wanted.archive then
  redis.call('UNLINK', archive_retries_key, archive_retrying_key, archive_retries_by_group_key)
end
if not is_wanted.notifier then
  redis.call('UNLINK', notifier_retries_key, notifier_retrying_key, notifier_retries_by_group_key)
end
-- Entries that were counted for an ended archive are never counted off, so a kept count would make the room queue of
-- its group smaller forever: all counts are removed. If the outbox still holds entries for a new archive, the counts
-- are too low until the archive has passed these entries.
if not is_wanted.archive or has_new_archive then redis.call('UNLINK', queued_key) end
-- Dead letters of an earlier archive stay, but the new counts do not include them: `archive:since` is the last one.
if has_new_archive then
  local latest = redis.call('XREVRANGE', archive_dead_letters_key, '+', '-', 'COUNT', 1)[1]
  redis.call('HSET', cursors_key, 'archive:since', latest and latest[1] or '0-0')
end
trim_outbox()
return { 'opened', now }
