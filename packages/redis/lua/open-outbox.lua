#!lua flags=allow-oom
-- Gives every kind of adapter a cursor, at the oldest entry, and takes away those of kinds that are no more.
-- `kinds` is `<kind> <kind>`, or empty.
local lease_key = KEYS[1]
local outbox_key = KEYS[2]
local cursors_key = KEYS[3]
local queued_key = KEYS[4]
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
expect_writable(cursors_key, 'hash', { 'HSETNX', 'HDEL' })
expect_writable(queued_key, 'hash', { 'UNLINK' })

local is_wanted = {}
for kind in string.gmatch(kinds, '%S+') do
  is_wanted[kind] = true
  redis.call('HSETNX', cursors_key, kind, '0-0')
end
for _, field in ipairs(redis.call('HKEYS', cursors_key)) do
  if not is_wanted[string.match(field, '^[^:]+')] then redis.call('HDEL', cursors_key, field) end
end
-- Nobody counts these messages off any more.
if not is_wanted.archive then redis.call('UNLINK', queued_key) end
trim_outbox()
return { 'opened', now }
