-- Which dead letters count for the room queue of their group. Needs `cursors_key`, `queued_key` and `kind`.
-- @include cursors
-- @include queue

-- The queues begin anew with an archive: letters of one that was ended before it are not counted, so nothing is counted off
-- when they go.
-- @return whether the archive that is there now has counted it
local function is_counted(place, group_id, message_id)
  if kind ~= 'archive' or not group_id or is_unreadable(message_id) then return false end
  local last_uncounted = redis.call('HGET', cursors_key, 'archive:since')
  return not last_uncounted or is_before(last_uncounted, place)
end
