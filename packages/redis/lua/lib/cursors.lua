-- The cursors of a partition: one hash. The field `<kind>` is the id of the last outbox entry that the adapter kind
-- has passed. The field `<kind>:page` exists while only a part of the next entry is delivered. Needs `outbox_key` and
-- `cursors_key`.

-- Ids are `<ms>-<number>` and differ in length, so they are compared as numbers.
local function id_parts(id)
  local ms, number = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(number)
end

local function is_before(id, other)
  local ms, number = id_parts(id)
  local other_ms, other_number = id_parts(other)
  return ms < other_ms or (ms == other_ms and number < other_number)
end

-- @return the smallest cursor of all kinds, or nil if there is none
local function furthest_behind()
  local smallest
  local fields = redis.call('HGETALL', cursors_key)
  for at = 1, #fields, 2 do
    local is_cursor = not string.find(fields[at], ':', 1, true)
    if is_cursor and (not smallest or is_before(fields[at + 1], smallest)) then smallest = fields[at + 1] end
  end
  return smallest
end

-- Removes the entries that every kind has passed, or all entries if there is no kind. The stream itself and its last
-- id stay.
local function trim_outbox()
  local smallest = furthest_behind()
  if not smallest then
    redis.call('XTRIM', outbox_key, 'MAXLEN', 0)
  else
    local ms, number = id_parts(smallest)
    redis.call('XTRIM', outbox_key, 'MINID', integer(ms) .. '-' .. integer(number + 1))
  end
end
