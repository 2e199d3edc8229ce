#!lua
-- Stores what a node reports about one group: the users that have a device attached on this node (`came`), and those
-- that have none left (`went`), as ids separated by spaces. Repeating the call changes nothing. A user that is no
-- receiver of the group counts as offline, whatever the node reports.
-- Keys: `on` maps a user to the ids of the nodes that host it. `held` lists `<group> <user>` of one node, so that the
-- presence of a dead node can be removed. `away` lists `<group> <user>` by the time, ms, at which a membership in an
-- ephemeral group ends.
local group_key = KEYS[1]
local members_key = KEYS[2]
local on_key = KEYS[3]
local held_key = KEYS[4]
local holders_key = KEYS[5]
local away_key = KEYS[6]
local group_id = ARGV[1]
local node_id = ARGV[2]
local came = ARGV[3]
local went = ARGV[4]
local absence_ms = ARGV[5]
local room = ARGV[6]
local channel = ARGV[7]
-- @include clock
-- @include member
-- @include presence
-- @include writable

local now = clock_ms()
expect_writable(on_key, 'hash', { 'HSET', 'HDEL' })
expect_writable(held_key, 'set', { 'SADD', 'SREM' })
expect_writable(holders_key, 'set', { 'SADD', 'SREM' })
expect_writable(away_key, 'zset', { 'ZADD', 'ZREM' })
expect_right('SPUBLISH', channel)

local group = redis.call('HMGET', group_key, 'active', 'muted', 'ephemeral')

local function is_receiver(user)
  local member = find_member(user, now)
  return member ~= nil and member.status ~= 'p'
end

-- All reads come before the first write.
local steps = {}
for user in string.gmatch(came, '%S+') do
  local may_receive = is_receiver(user)
  steps[#steps + 1] = { user = user, is_held = may_receive, is_receiver = may_receive }
end
for user in string.gmatch(went, '%S+') do
  steps[#steps + 1] = { user = user, is_held = false, is_receiver = is_receiver(user) }
end

-- @return the ids of the other nodes that host the user, '' for none; nil when the user is offline
local function other_nodes(user)
  local nodes = redis.call('HGET', on_key, user)
  if not nodes then return nil end
  local others = {}
  for node in string.gmatch(nodes, '%S+') do
    if node ~= node_id then others[#others + 1] = node end
  end
  return table.concat(others, ' ')
end

local transitions = {}

local function add_presence(user, holding)
  local others = other_nodes(user)
  redis.call('SADD', held_key, holding)
  redis.call('HSET', on_key, user, (others == nil or others == '') and node_id or others .. ' ' .. node_id)
  redis.call('ZREM', away_key, holding)
  if not others then transitions[#transitions + 1] = { user = user, is_online = true } end
end

local function remove_presence(user, holding, may_receive)
  local others = other_nodes(user)
  redis.call('SREM', held_key, holding)
  if not others then return end
  if others ~= '' then
    redis.call('HSET', on_key, user, others)
    return
  end
  redis.call('HDEL', on_key, user)
  transitions[#transitions + 1] = { user = user, is_online = false }
  if group[3] == '1' and may_receive then redis.call('ZADD', away_key, integer(now + tonumber(absence_ms)), holding) end
end

for _, step in ipairs(steps) do
  local holding = group_id .. ' ' .. step.user
  if step.is_held then add_presence(step.user, holding) else remove_presence(step.user, holding, step.is_receiver) end
end
redis.call(redis.call('SCARD', held_key) > 0 and 'SADD' or 'SREM', holders_key, node_id)
queue_presence((group[1] or 0) + (group[2] or 0), transitions)
publish_entries()
return { 'changed', integer(now) }
