-- Indexes of the retries and of the dead letters of one adapter kind, by group. An index is a ZSET of
-- `<group id> <id>` with score 0, so the ids of one group are adjacent, and a lookup reads no other group. A script
-- changes the index together with the indexed entries.

local function add_to_group(index_key, group_id, id) redis.call('ZADD', index_key, 0, group_id .. ' ' .. id) end

local function drop_from_group(index_key, group_id, id) redis.call('ZREM', index_key, group_id .. ' ' .. id) end

-- '!' is the character after the space, so the range contains every member that begins with `<group id> `.
local function count_of_group(index_key, group_id)
  return redis.call('ZLEXCOUNT', index_key, '[' .. group_id .. ' ', '(' .. group_id .. '!')
end

-- @return at most `limit` ids, in the order of their text
local function first_of_group(index_key, group_id, limit)
  local found = redis.call('ZRANGEBYLEX', index_key, '[' .. group_id .. ' ', '(' .. group_id .. '!', 'LIMIT', 0, limit)
  for at, member in ipairs(found) do found[at] = string.sub(member, #group_id + 2) end
  return found
end
