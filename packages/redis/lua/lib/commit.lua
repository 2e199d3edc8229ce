-- The end of a script that wrote entries: the group, the lifetime of its log, the answer, and last the publishing.

-- @constant TOMBSTONE_MS

-- @param answer to remember; nil when only due mutes ended
local function commit(group, now, answer)
  save_group(group)
  if group.is_deleted then
    redis.call('PEXPIRE', group_key, TOMBSTONE_MS)
    redis.call('PEXPIRE', log_key, TOMBSTONE_MS)
  elseif not group.log_renewal or now >= group.log_renewal then
    renew_log(now)
  end
  -- The archive's cursor counts them off, like messages.
  if is_queue_counted == '1' and group.appended then
    redis.call('HINCRBY', queued_key, group_id, integer(group.appended))
  end
  if answer then remember(answer) end
  publish_entries()
end
