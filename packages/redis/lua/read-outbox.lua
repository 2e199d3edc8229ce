#!lua flags=no-writes
-- Reads the work of one adapter kind in a partition at one instant: the entries after its cursor, in order, and the
-- due retries, the earliest first.
-- Replies `cursor page waiting next_retry_ms retrying entries`, then per entry `id`, `g`, `k`, `w` and the number of
-- waiting retries of its group, then per retry `message_id` and `record`.
local outbox_key = KEYS[1]
local cursors_key = KEYS[2]
local retries_key = KEYS[3]
local retrying_key = KEYS[4]
local retries_by_group_key = KEYS[5]
local kind = ARGV[1]
local limit = ARGV[2]
-- @include clock
-- @include cursors
-- @include by-group

local now = clock_ms()
local known = redis.call('HMGET', cursors_key, kind, kind .. ':page')
local cursor = known[1]
if not cursor then return { 'unopened', integer(now) } end

local entries = redis.call('XRANGE', outbox_key, '(' .. cursor, '+', 'COUNT', limit)
-- Entries that every kind has passed are trimmed. So for the kind with the smallest cursor, all entries of the stream
-- are waiting, and XLEN counts them.
local waiting = #entries
if waiting == tonumber(limit) and furthest_behind() == cursor then waiting = redis.call('XLEN', outbox_key) end

local reply = { 'found', integer(now), cursor, known[2] or '', integer(waiting), '',
  integer(redis.call('ZCARD', retries_key)), integer(#entries) }
local has_retries = redis.call('ZCARD', retries_by_group_key) > 0
local retrying_of = {}
for _, entry in ipairs(entries) do
  local field = {}
  for at = 1, #entry[2], 2 do field[entry[2][at]] = entry[2][at + 1] end
  reply[#reply + 1] = entry[1]
  reply[#reply + 1] = field.g or ''
  reply[#reply + 1] = field.k or ''
  reply[#reply + 1] = field.w or ''
  local group_id = field.g or ''
  if has_retries and not retrying_of[group_id] then
    retrying_of[group_id] = count_of_group(retries_by_group_key, group_id)
  end
  reply[#reply + 1] = integer(retrying_of[group_id] or 0)
end

local scheduled = redis.call('ZRANGE', retries_key, '-inf', '+inf', 'BYSCORE', 'LIMIT', 0, limit, 'WITHSCORES')
for at = 1, #scheduled, 2 do
  local due = tonumber(scheduled[at + 1])
  if due > now then
    reply[6] = integer(due - now)
    break
  end
  reply[#reply + 1] = scheduled[at]
  reply[#reply + 1] = redis.call('HGET', retrying_key, scheduled[at]) or ''
end
return reply
