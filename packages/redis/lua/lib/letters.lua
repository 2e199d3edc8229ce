-- Dead letters of one kind: a stream, and the index of groups beside it. Needs `dead_letters_key`, `dead_letters_by_group_key`.
-- @include by-group

-- More of them give way with the next letters.
local LETTERS_DROPPED_AT_ONCE = 100

-- Their text is in the order of time: ids of streams are of different length.
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

-- @param fields of the letter, group id included
local function add_letter(group_id, fields)
  add_to_group(dead_letters_by_group_key, group_id, sortable(redis.call('XADD', dead_letters_key, '*', unpack(fields))))
end

-- @return how many of the group's oldest letters gave way, so that no more than `kept` are left
local function drop_letters(group_id, kept)
  local excess = count_of_group(dead_letters_by_group_key, group_id) - kept
  local dropped = 0
  if excess <= 0 then return dropped end
  for _, oldest in ipairs(first_of_group(dead_letters_by_group_key, group_id, math.min(excess, LETTERS_DROPPED_AT_ONCE))) do
    dropped = dropped + remove_letter(place_in(oldest), group_id)
  end
  return dropped
end
