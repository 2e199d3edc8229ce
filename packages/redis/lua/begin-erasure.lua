#!lua
-- Begins the erasure of a user and makes it due. An erasure that runs continues, with messages from now on if
-- `with_messages` is 1; one that is done begins anew.
-- Fields: `status` is `running` or `done`; `started` and `finished` are times, ms; `left` counts groups. Only with messages:
-- `messages` counts them, `archive` is what the archive has done, `place` is where the next step continues.
local erasure_key = KEYS[1]
local due_key = KEYS[2]
local user_id = ARGV[1]
local with_messages = ARGV[2]
-- @include clock
-- @include writable

local now = integer(clock_ms())
expect_writable(erasure_key, 'hash', { 'HSET', 'UNLINK' })
expect_writable(due_key, 'zset', { 'ZADD' })
local field = redis.call('HMGET', erasure_key, 'status', 'started', 'left', 'messages', 'archive', 'place')
if field[1] ~= 'running' then
  redis.call('UNLINK', erasure_key)
  redis.call('HSET', erasure_key, 'status', 'running', 'started', now, 'left', '0')
  redis.call('ZADD', due_key, now, '$user:' .. user_id)
  field = { 'running', now, '0' }
end
if with_messages == '1' and not field[4] then
  redis.call('HSET', erasure_key, 'messages', '0', 'archive', 'pending', 'place', '')
  field[4], field[5], field[6] = '0', 'pending', ''
end
return { 'running', now, field[2], field[3], field[4] or '', field[5] or '', field[6] or '' }
