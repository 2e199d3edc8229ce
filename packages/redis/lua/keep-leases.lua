#!lua flags=allow-oom,allow-cross-slot-keys
-- Extends the leases that this node still holds, and looks what waits in their partitions for their owner. Each
-- partition is judged alone, so an error in one is no error of the others.
-- Replies one line per partition: `renewed <is a mute due> <is an absence due> <hosting nodes>`, only `renewed` if the
-- look failed, `stale`, or `unknown` if this server cannot say (in a Cluster: another server has the slot).
-- The keys are `lease`, `due`, `away` and `holders` of each partition. In a Cluster they are in several slots of this
-- server: then KEYS has those of the first partition, and the others follow in ARGV.
-- `claims` has `<node id> <token>` of each partition on a line.
local ttl_ms = ARGV[1]
local claims = ARGV[2]
-- @include clock
-- @include many-keys

local now = integer(clock_ms())
local key_at = many_keys(2)

-- An error counts as due: the owner then tries, and reports the error.
local function is_due(key)
  local first = redis.pcall('ZRANGE', key, '-inf', now, 'BYSCORE', 'LIMIT', 0, 1)
  return (has_failed(first) or #first > 0) and '1' or '0'
end

local function look(due_key, away_key, holders_key)
  local holders = redis.pcall('SMEMBERS', holders_key)
  if has_failed(holders) then return 'renewed' end
  return 'renewed ' .. is_due(due_key) .. ' ' .. is_due(away_key) .. ' ' .. table.concat(holders, ' ')
end

local reply = { 'kept', now }
local at = 0
for claim in string.gmatch(claims, '[^\n]+') do
  local lease_key = key_at(at + 1)
  local lease = redis.pcall('GET', lease_key)
  if has_failed(lease) then
    reply[#reply + 1] = 'unknown'
  elseif lease ~= claim then
    reply[#reply + 1] = 'stale'
  elseif has_failed(redis.pcall('PEXPIRE', lease_key, ttl_ms)) then
    reply[#reply + 1] = 'unknown'
  else
    reply[#reply + 1] = look(key_at(at + 2), key_at(at + 3), key_at(at + 4))
  end
  at = at + 4
end
return reply
