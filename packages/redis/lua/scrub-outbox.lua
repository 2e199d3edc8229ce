#!lua
-- Removes the copies of a taken-down message from a part of the outbox: the message itself and its edits. An edit that the
-- archive has not passed comes again at the end, without its text. The room queue no longer counts the message if the
-- archive has not passed it. The next part begins after the replied id; an empty one means that all is read.
local outbox_key = KEYS[1]
local cursors_key = KEYS[2]
local queued_key = KEYS[3]
local group_id = ARGV[1]
local message_id = ARGV[2]
local from_id = ARGV[3]
local limit = ARGV[4]
-- @include clock
-- @include writable
-- @include cursors
-- @include queue
-- @include copies

local now = integer(clock_ms())
expect_writable(outbox_key, 'stream', { 'XDEL', 'XADD' })
expect_writable(queued_key, 'hash', { 'HINCRBY', 'HDEL' })
local archive_cursor = redis.call('HGET', cursors_key, 'archive')

local entries = redis.call('XRANGE', outbox_key, from_id, '+', 'COUNT', limit)
local removed = 0
for _, entry in ipairs(entries) do
  local field = {}
  for at = 1, #entry[2], 2 do field[entry[2][at]] = entry[2][at + 1] end
  if field.g == group_id and message_in(field.k, field.w or '') == message_id then
    redis.call('XDEL', outbox_key, entry[1])
    removed = removed + 1
    if archive_cursor and is_before(archive_cursor, entry[1]) then
      if field.k == 'm' then
        count_off(group_id, 1)
      else
        redis.call('XADD', outbox_key, '*', 'g', group_id, 'k', 'c', 'w', edit_without_text(field.w))
      end
    end
  end
end
local last = #entries == tonumber(limit) and '(' .. entries[#entries][1] or ''
return { 'scrubbed', now, integer(removed), last }
