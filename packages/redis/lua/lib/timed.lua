-- Messages that wait for a time. `timed` of a group is a ZSET: message id → the time, ms, at which it expires; and `~` before
-- the id of an open message → when it is closed. In `due` of the partition the group
-- is listed as `$timed:<group id>` by the first of these times, or earlier; `$` is in no id.

local TIMED_PREFIX = '$timed:'

local function expect_timed_writable(timed_key, due_key)
  expect_writable(timed_key, 'zset', { 'ZADD' })
  expect_writable(due_key, 'zset', { 'ZADD' })
end

local OPEN_PREFIX = '~'

local function add_timed(timed_key, due_key, message_id, at)
  redis.call('ZADD', timed_key, integer(at), message_id)
  redis.call('ZADD', due_key, 'LT', integer(at), TIMED_PREFIX .. group_id)
end
