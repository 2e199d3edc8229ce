-- The room queue: entries of a group that the archive has not taken yet. Needs `queued_key`.

local function count_off(group_id, entries)
  if redis.call('HINCRBY', queued_key, group_id, -entries) <= 0 then redis.call('HDEL', queued_key, group_id) end
end

-- An unreadable entry was counted off when the cursor passed it.
local function is_unreadable(message_id) return string.sub(message_id or '', 1, 11) == 'unreadable-' end
