-- Dead letters of one kind: a stream, and its index by group. Needs `dead_letters_key` and
-- `dead_letters_by_group_key`.
-- @include by-group

-- The next letters remove the rest.
local LETTERS_DROPPED_AT_ONCE = 100

-- A text form in the order of time: ids of streams have different lengths.
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

-- @param fields of the letter, with the group id
local function add_letter(group_id, fields)
  add_to_group(dead_letters_by_group_key, group_id, sortable(redis.call('XADD', dead_letters_key, '*', unpack(fields))))
end

-- Removes the oldest letters of the group so that at most `kept` stay, up to 100 per call.
-- @return how many
local function drop_letters(group_id, kept)
  local excess = count_of_group(dead_letters_by_group_key, group_id) - kept
  local dropped = 0
  if excess <= 0 then return dropped end
  for _, oldest in ipairs(first_of_group(dead_letters_by_group_key, group_id, math.min(excess, LETTERS_DROPPED_AT_ONCE))) do
    dropped = dropped + remove_letter(place_in(oldest), group_id)
  end
  return dropped
end
