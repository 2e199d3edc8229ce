-- Checks, before the first write, every key that a change of a group may write.
-- @include writable

local function expect_group_writable()
  expect_writable(group_key, 'hash', { 'HSET', 'HDEL', 'PEXPIRE', 'UNLINK' })
  expect_writable(members_key, 'hash', { 'HSET', 'HDEL', 'UNLINK' })
  expect_writable(receivers_key, 'zset', { 'ZADD', 'ZREM', 'UNLINK' })
  expect_writable(pending_key, 'zset', { 'ZADD', 'ZREM', 'UNLINK' })
  expect_writable(mutes_key, 'zset', { 'ZADD', 'ZREM', 'UNLINK' })
  expect_writable(log_key, 'stream', { 'XADD', 'XTRIM', 'PEXPIRE', 'UNLINK' })
  expect_writable(outbox_key, 'stream', { 'XADD' })
  expect_writable(due_key, 'zset', { 'ZADD', 'ZREM' })
  expect_writable(queued_key, 'hash', { 'HINCRBY' })
  expect_writable(bans_key, 'zset', { 'ZADD', 'ZREM', 'UNLINK' })
  expect_writable(applications_key, 'hash', { 'HSET', 'HDEL', 'UNLINK' })
  expect_writable(invites_key, 'hash', { 'HSET', 'HDEL', 'UNLINK' })
  expect_right('SPUBLISH', channel)
end
