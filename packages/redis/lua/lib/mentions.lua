-- The mentions of a group, so that a user's unread ones are counted without reading messages. Each is two members of one
-- sorted set with the score 0: `u <created> <user> <seq>` to count, `s <created> <seq> <user>` to find those whose
-- message the log no longer has. `created` is the time of the group, so a mention in an earlier group with the same id
-- counts for none.
-- Needs `group_key`, `log_key` and `mentions_key`.

-- The part of a member before its seq.
local function of_user(created, user)
  return 'u ' .. created .. ' ' .. user .. ' '
end

local function padded(seq)
  return string.format('%016d', seq)
end

-- @return the two members of a mention; `seq` is padded
local function members_of_mention(created, user, seq)
  return of_user(created, user) .. seq, 's ' .. created .. ' ' .. seq .. ' ' .. user
end

-- @param users at least one
local function add_mentions_of(created, seq, users)
  local added = {}
  for _, user in ipairs(users) do
    for _, member in ipairs({ members_of_mention(created, user, padded(seq)) }) do
      added[#added + 1] = 0
      added[#added + 1] = member
    end
  end
  redis.call('ZADD', mentions_key, unpack(added))
end

-- Forgets whom a message mentions.
local function drop_mentions_of(created, seq)
  local from = 's ' .. created .. ' ' .. padded(seq) .. ' '
  for _, member in ipairs(redis.call('ZRANGEBYLEX', mentions_key, '[' .. from, '[' .. from .. '\255')) do
    redis.call('ZREM', mentions_key, member, of_user(created, string.sub(member, #from + 1)) .. padded(seq))
  end
end

-- Removes at most `limit` mentions in messages that the log no longer has.
-- @return true if all of them are removed
local function drop_old_mentions(limit)
  local first = redis.call('XRANGE', log_key, '-', '+', 'COUNT', 1)[1]
  local oldest = first and padded(string.match(first[1], '^%d+')) or '9'
  local found = redis.call('ZRANGEBYLEX', mentions_key, '[s ', '(s ' .. redis.call('HGET', group_key, 'created') .. ' ' .. oldest,
    'LIMIT', 0, limit)
  for _, member in ipairs(found) do
    local of, seq, user = string.match(member, '^s (%d+) (%d+) (%S+)$')
    redis.call('ZREM', mentions_key, member, of_user(of, user) .. seq)
  end
  return #found < limit
end
