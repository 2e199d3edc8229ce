-- Ends a change: saves the group, extends the log's lifetime, counts the room queue, stores the answer, and publishes
-- the entries last.

-- @constant TOMBSTONE_MS

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
  if answer then remember(answer) end
  publish_entries()
end
