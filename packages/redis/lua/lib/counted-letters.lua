-- Decides whether a dead letter counts for the room queue of its group. Needs `cursors_key`, `queued_key` and `kind`.
-- @include cursors
-- @include queue

-- A new archive begins with empty room queues. So letters of an earlier archive are not counted, and their removal
-- counts nothing off.
-- @return true if the current archive has counted the letter
local function is_counted(place, group_id, message_id)
  if kind ~= 'archive' or not group_id or is_unreadable(message_id) then return false end
  local last_uncounted = redis.call('HGET', cursors_key, 'archive:since')
  return not last_uncounted or is_before(last_uncounted, place)
end
