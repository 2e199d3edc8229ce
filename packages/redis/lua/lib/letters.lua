-- The dead letters of one adapter kind: a stream, and an index of it by group. Needs `dead_letters_key` and
-- `dead_letters_by_group_key`.
-- @include by-group

-- Limits the time of one script. If more letters are in excess, later calls remove them.
local LETTERS_DROPPED_AT_ONCE = 100

-- Pads a stream id with zeros, so that ids of different lengths sort by time as text.
local function sortable(place)
  local ms, number = string.match(place, '^(%d+)-(%d+)$')
  return string.rep('0', 15 - #ms) .. ms .. '-' .. string.rep('0', 15 - #number) .. number
end

local function place_in(sorted)
  local ms, number = string.match(sorted, '^0*(%d+)-0*(%d+)$')
  return ms .. '-' .. number
end

local function remove_letter(place, group_id)
  drop_from_group(dead_letters_by_group_key, group_id, sortable(place))
  return redis.call('XDEL', dead_letters_key, place)
end

-- @param fields names and values of the stream entry, the group id among them
local function add_letter(group_id, fields)
  add_to_group(dead_letters_by_group_key, group_id, sortable(redis.call('XADD', dead_letters_key, '*', unpack(fields))))
end

-- Removes the oldest letters of the group so that at most `kept` stay; removes up to 100 per call.
-- @return the number of removed letters
local function drop_letters(group_id, kept)
  local excess = count_of_group(dead_letters_by_group_key, group_id) - kept
  local dropped = 0
  if excess <= 0 then return dropped end
  for _, oldest in ipairs(first_of_group(dead_letters_by_group_key, group_id, math.min(excess, LETTERS_DROPPED_AT_ONCE))) do
    dropped = dropped + remove_letter(place_in(oldest), group_id)
  end
  return dropped
end
