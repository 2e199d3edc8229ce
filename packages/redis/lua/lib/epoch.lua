-- Begins a new epoch of a group's log if the Redis server has another replication history than at the last entry,
-- because such a server may have lost entries. seq continues in the new epoch, and `past` keeps where the old one
-- ended.
-- Example: epoch A has reached seq 9 when a replica that knows seq 7 becomes master. The next message is seq 8 of
-- epoch B, and `past` is `A:7`. A device at (A, 7) continues; a device at (A, 9) has to resync.

local PAST_EPOCHS_KEPT = 8

-- The id of this server's replication history. A failover or a restart without data begins a new history.
local function replication_history(info)
  return string.match(info, 'master_replid:(%x+)')
end

-- Read once per script: it cannot change while a script runs.
local replication

-- Must be called before an entry is numbered.
local function continue_epoch(group)
  replication = replication or redis.call('INFO', 'replication')
  local info = replication
  if string.find(info, 'master_replid:' .. group.hist, 1, true) then return end

  -- Here, because few entries need it, and a script pays for each function that it makes.
  local function past_with(past, epoch, seq)
    local finished = {}
    for one in string.gmatch(past, '[^,]+') do finished[#finished + 1] = one end
    finished[#finished + 1] = epoch .. ':' .. integer(seq)
    return table.concat(finished, ',', math.max(1, #finished - PAST_EPOCHS_KEPT + 1))
  end

  group.past = past_with(redis.call('HGET', group_key, 'past'), group.epoch, group.seq)
  group.epoch = epoch_offer
  group.hist = replication_history(info)
  group.is_new_epoch = true
end

local function save_epoch(group)
  if not group.is_new_epoch then return end
  redis.call('HSET', group_key, 'epoch', group.epoch, 'hist', group.hist, 'past', group.past)
  group.is_new_epoch = false
end
