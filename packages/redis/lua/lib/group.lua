-- A group's hash as a table. A tombstone is no group. Whoever changes more than `seq` sets `is_changed`.

-- The history of replication that this server is in; a failover or an empty restart begins another.
local function replication_history()
  return string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
end

local function load_group()
  local field = redis.call('HMGET', group_key, 'type', 'deleted', 'epoch', 'hist', 'past', 'seq',
    'active', 'pending', 'muted', 'admins', 'next_due', 'max_members')
  if not field[1] or field[2] then return nil end
  return {
    type = field[1],
    epoch = field[3],
    hist = field[4],
    past = field[5],
    seq = tonumber(field[6]),
    active = tonumber(field[7]),
    pending = tonumber(field[8]),
    muted = tonumber(field[9]),
    admins = tonumber(field[10]),
    next_due = tonumber(field[11]),
    known_due = tonumber(field[11]),
    max_members = tonumber(field[12]),
  }
end

local function save_group(group)
  if not group.is_changed then
    redis.call('HSET', group_key, 'seq', integer(group.seq))
    return
  end
  redis.call('HSET', group_key, 'epoch', group.epoch, 'hist', group.hist, 'past', group.past,
    'seq', integer(group.seq), 'active', group.active, 'pending', group.pending, 'muted', group.muted,
    'admins', group.admins, 'next_due', group.next_due and integer(group.next_due) or '')
  if group.next_due == group.known_due or group.is_deleted then return end
  if group.next_due then
    redis.call('ZADD', due_key, integer(group.next_due), group_id)
  else
    redis.call('ZREM', due_key, group_id)
  end
end

-- Entitled to receive, and counted by max_members.
local function receivers_count(group)
  return group.active + group.muted
end

local function is_full(group)
  return group.max_members ~= nil and receivers_count(group) >= group.max_members
end
