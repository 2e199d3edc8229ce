-- Ends a change: saves the group, extends the log's lifetime, counts the room queue, stores the answer, and publishes
-- the entries last.

-- @constant TOMBSTONE_MS

-- In `due` of the partition an empty public group is `$empty:<group id>`, first by the time at which it became empty. The owner
-- lists it by its end, because only nodes know how long such a group stays.
local EMPTY_PREFIX = '$empty:'

-- True for a group that has no member and stays.
local function is_empty(group)
  return group.type == 'public' and group.active + group.muted == 0 and not group.is_deleted
end

-- @param answer the answer to remember; nil if only due mutes ended
local function commit(group, now, answer)
  save_group(group)
  if group.appended then drop_by_age(now, OLD_PER_ENTRY) end
  if group.is_deleted then
    redis.call('PEXPIRE', group_key, integer(math.max(TOMBSTONE_MS, group.reserved_ms)))
    for _, key in ipairs({ log_key, present_key, changed_key, reactors_key, mentions_key }) do
      redis.call('PEXPIRE', key, TOMBSTONE_MS)
    end
  elseif not group.log_renewal or now >= group.log_renewal then
    renew_log(now)
  end
  -- commit-delivery counts these entries off when the archive has taken them, like messages.
  if is_queue_counted == '1' and group.appended then
    redis.call('HINCRBY', queued_key, group_id, integer(group.appended))
  end
  if group.appended and is_empty(group) then
    redis.call('HSET', group_key, 'empty_since', integer(now))
    redis.call('ZADD', due_key, 'NX', integer(now), EMPTY_PREFIX .. group_id)
  end
  if answer then remember(answer) end
  publish_entries()
end
