-- The dead letters that count for the room queue of their group. Needs `cursors_key`, `queued_key` and `kind`.
-- @include cursors
-- @include queue

-- A new archive begins with empty queues: the letters of an archive that ended before it do not count, so removing
-- them counts nothing off.
-- @return true when the present archive has counted the letter
local function is_counted(place, group_id, message_id)
  if kind ~= 'archive' or not group_id or is_unreadable(message_id) then return false end
  local last_uncounted = redis.call('HGET', cursors_key, 'archive:since')
  return not last_uncounted or is_before(last_uncounted, place)
end
