-- Per group: what a kind of adapter has to be offered again, and its dead letters. Each has an index beside it, a ZSET of
-- `<group id> <id>`, all with score 0, so that those of one group stand together and none of another is looked at. An
-- index is changed in the same step as what it names.

local function add_to_group(index_key, group_id, id) redis.call('ZADD', index_key, 0, group_id .. ' ' .. id) end

local function drop_from_group(index_key, group_id, id) redis.call('ZREM', index_key, group_id .. ' ' .. id) end

-- '!' comes right behind the space.
local function count_of_group(index_key, group_id)
  return redis.call('ZLEXCOUNT', index_key, '[' .. group_id .. ' ', '(' .. group_id .. '!')
end

-- @return ids in the order of their text, at most so many
local function first_of_group(index_key, group_id, limit)
  local found = redis.call('ZRANGEBYLEX', index_key, '[' .. group_id .. ' ', '(' .. group_id .. '!', 'LIMIT', 0, limit)
  for at, member in ipairs(found) do found[at] = string.sub(member, #group_id + 2) end
  return found
end
