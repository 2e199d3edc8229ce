-- Cursors: the hash of a partition with one field per adapter kind, the id of the last entry that the kind has
-- passed, and `<kind>:page` while a part of the next entry is done. Needs `outbox_key` and `cursors_key`.

-- Ids are `<ms>-<number>` of different length, so they are compared as numbers.
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

-- Removes the entries that every kind has passed; all entries when there is no kind. The stream itself stays, with
-- its last id.
local function trim_outbox()
  local smallest = furthest_behind()
  if not smallest then
    redis.call('XTRIM', outbox_key, 'MAXLEN', 0)
  else
    local ms, number = id_parts(smallest)
    redis.call('XTRIM', outbox_key, 'MINID', integer(ms) .. '-' .. integer(number + 1))
  end
end
