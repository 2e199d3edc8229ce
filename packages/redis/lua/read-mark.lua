#!lua flags=no-writes
-- Reads the read mark of a receiver, how many messages and mentions come after it, and the receiver's notification level.
local group_key = KEYS[1]
local members_key = KEYS[2]
local log_key = KEYS[3]
local reads_key = KEYS[4]
local mentions_key = KEYS[5]
local user_id = ARGV[1]
-- @include clock
-- @include member
-- @include read-marks
-- @include mentions
-- @include levels

local now = clock_ms()
local field = redis.call('HMGET', group_key, 'seq', 'events', 'deleted', 'created')
local member = field[1] and not field[3] and find_member(user_id, now)
if not member or member.status == 'p' then return { 'none', integer(now) } end
local head_seq = tonumber(field[1])
local head_messages = head_seq - tonumber(field[2] or 0)
local read_seq, messages = read_mark(user_id, member, head_seq, head_messages)

-- @return the number of mentions in messages from this seq on
local function mentions_from(seq)
  local mine = of_user(field[4], user_id)
  return redis.call('ZLEXCOUNT', mentions_key, '[' .. mine .. padded(seq), '[' .. mine .. '9')
end

-- A mention whose message the log no longer has may still be in the set.
local function unread_mentions()
  local count = mentions_from(read_seq + 1)
  local oldest = count > 0 and redis.call('XRANGE', log_key, '-', '+', 'COUNT', 1)[1]
  if not oldest then return 0 end
  local oldest_seq = tonumber(string.match(oldest[1], '^%d+'))
  return oldest_seq > read_seq + 1 and mentions_from(oldest_seq) or count
end

return {
  'found', integer(now), integer(read_seq), integer(head_messages - messages), integer(unread_mentions()),
  redis.call('HGET', reads_key, level_field(user_id)) or '',
}
