-- The key of the invite links, for a change of one. Checked before the first write.
local links_key = KEYS[18]
-- @include writable

expect_writable(links_key, 'hash', { 'HSET', 'HDEL' })
