-- Counts off the room queue of a group: the number of its entries that the archive has not taken yet. Needs
-- `queued_key`.

local function count_off(group_id, entries)
  if redis.call('HINCRBY', queued_key, group_id, -entries) <= 0 then redis.call('HDEL', queued_key, group_id) end
end

-- An unreadable entry was already counted off when the cursor passed it, so it is not counted off again.
local function is_unreadable(message_id) return string.sub(message_id or '', 1, 11) == 'unreadable-' end
