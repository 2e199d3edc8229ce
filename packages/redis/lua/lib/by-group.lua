-- Retries and dead letters of one adapter kind, by group. Each has an index, a ZSET of `<group id> <id>` with score
-- 0, so the entries of one group are adjacent and those of other groups are not read. A script changes the index in
-- the same step as the indexed entries.

local function add_to_group(index_key, group_id, id) redis.call('ZADD', index_key, 0, group_id .. ' ' .. id) end

local function drop_from_group(index_key, group_id, id) redis.call('ZREM', index_key, group_id .. ' ' .. id) end

-- '!' is the character after the space.
local function count_of_group(index_key, group_id)
  return redis.call('ZLEXCOUNT', index_key, '[' .. group_id .. ' ', '(' .. group_id .. '!')
end

-- @return at most `limit` ids, in text order
local function first_of_group(index_key, group_id, limit)
  local found = redis.call('ZRANGEBYLEX', index_key, '[' .. group_id .. ' ', '(' .. group_id .. '!', 'LIMIT', 0, limit)
  for at, member in ipairs(found) do found[at] = string.sub(member, #group_id + 2) end
  return found
end
