-- Loads and saves the hash of a group. A tombstone loads as nil.
-- @include epoch
-- @include retention

local function load_group()
  local field = redis.call('HMGET', group_key, 'type', 'deleted', 'epoch', 'hist', 'seq',
    'active', 'pending', 'muted', 'admins', 'next_due', 'max_members', 'log_renewal', 'events',
    'moderators', 'changes_due', 'sending')
  if not field[1] or field[2] then return nil end
  use_retention(field[16])
  return {
    type = field[1],
    epoch = field[3],
    hist = field[4],
    seq = tonumber(field[5]),
    active = tonumber(field[6]),
    pending = tonumber(field[7]),
    muted = tonumber(field[8]),
    admins = tonumber(field[9]),
    next_due = tonumber(field[10]),
    known_due = tonumber(field[10]),
    max_members = tonumber(field[11]),
    log_renewal = tonumber(field[12]),
    events = tonumber(field[13] or 0),
    moderators = tonumber(field[14] or 0),
    known_moderators = tonumber(field[14] or 0),
    -- Nil: no message of the group was changed.
    changes_due = tonumber(field[15]),
  }
end

local function save_group(group)
  redis.call('HSET', group_key, 'seq', integer(group.seq), 'active', group.active, 'pending', group.pending,
    'muted', group.muted, 'admins', group.admins, 'next_due', group.next_due and integer(group.next_due) or '',
    'events', integer(group.events))
  -- A group that never had a moderator has no such field.
  if group.moderators ~= group.known_moderators then redis.call('HSET', group_key, 'moderators', group.moderators) end
  save_epoch(group)
  if group.next_due == group.known_due or group.is_deleted then return end
  if group.next_due then
    redis.call('ZADD', due_key, integer(group.next_due), group_id)
  else
    redis.call('ZREM', due_key, group_id)
  end
end

-- The number of members that receive messages: active and muted ones. `max_members` limits this number.
local function receivers_count(group)
  return group.active + group.muted
end

local function is_full(group)
  return group.max_members ~= nil and receivers_count(group) >= group.max_members
end
