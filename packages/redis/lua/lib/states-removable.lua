-- Checks, before the first write, the keys of the present states of messages and of their mentions: they end with the log.
-- @include writable

expect_writable(present_key, 'hash', { 'PEXPIRE', 'UNLINK' })
expect_writable(changed_key, 'zset', { 'PEXPIRE', 'UNLINK' })
expect_writable(reactors_key, 'zset', { 'PEXPIRE', 'UNLINK' })
expect_writable(mentions_key, 'zset', { 'PEXPIRE', 'UNLINK' })
