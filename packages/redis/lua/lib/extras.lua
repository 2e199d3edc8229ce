-- What a message has besides its text, if the script has to check it: the message to which it replies, and the users
-- whom it mentions. Most messages have nothing of this, and cost nothing here.

-- Of the message whose mentions are noted.
local mentions_key
-- @include member
-- @include mentions

local TIMESTAMP_FIELD = '"timestamp":"'
-- Means nothing in an answer: it is in no id.
local NOTHING = '*'
-- A message brings at most 100 members of the set, so more old ones are removed than new ones come.
local OLD_PER_MESSAGE = 100

-- @param text `<number of the message in the batch> <reply_to or nothing> <users, each after a space>`
local function extra_from(text, key_of_mentions, due_key)
  local number, reply_to, users = string.match(text, '^(%d+) (%S*)(.*)$')
  return {
    number = tonumber(number),
    reply_to = reply_to,
    users = users,
    mentions_key = key_of_mentions,
    due_key = due_key,
    added = '',
  }
end

-- @return the first seq that the sender of the present message may read
local function first_readable_seq(now)
  if redis.call('HGET', group_key, 'history') == 'all' then return 0 end
  return tonumber(find_member(sender_id, now).since_seq)
end

-- A message of a past epoch is in the log under its seq too. The end of its payload has its id.
-- @return the sender of the message with this id, and its seq; nil if the log has no such message, or if the sender of
-- the present message may not read it
local function find_target(now, id)
  local epoch, seq = string.match(id, '^(%x+)-(%d+)$')
  if not epoch or #seq > 16 or tonumber(seq) < first_readable_seq(now) then return nil end
  local entry = redis.call('XRANGE', log_key, seq .. '-0', seq .. '-0')[1]
  if not entry or entry[2][2] ~= 'm' then return nil end
  local wire = entry[2][4]
  local ending = '"message_id":"' .. id .. '","epoch":"' .. epoch .. '","seq":' .. seq .. '}}'
  if string.sub(wire, -#ending) ~= ending then return nil end
  return string.match(wire, '"from_user_id":"([^"]+)"'), seq
end

-- Divides the mentioned users into those who receive the message, and the others.
local function divide_mentions(now, extra)
  local users, mentioned, dropped = {}, {}, {}
  for user in string.gmatch(extra.users, '%S+') do users[#users + 1] = user end
  if not users[1] then return mentioned, dropped end
  local records = redis.call('HMGET', members_key, unpack(users))
  for at, user in ipairs(users) do
    local member = member_of(records[at], now)
    local list = member and member.status ~= 'p' and mentioned or dropped
    list[#list + 1] = user
  end
  return mentioned, dropped
end

-- Adds to the wire head what was found, before its timestamp. All checks of what `add_mentions` writes come here.
-- @return the code of a refusal, or nil
local function check_extra(now, extra)
  local target, seq
  if extra.reply_to ~= '' then
    target, seq = find_target(now, extra.reply_to)
    if not target then return 'message_not_found' end
    extra.added = '"reply":{"message_id":"' .. extra.reply_to .. '","seq":' .. seq .. ',"from_user_id":"' .. target .. '"},'
  end
  local mentioned, dropped = divide_mentions(now, extra)
  if mentioned[1] then
    expect_writable(extra.mentions_key, 'zset', { 'ZADD', 'ZREM', 'PEXPIRE' })
    expect_writable(extra.due_key, 'zset', { 'ZADD' })
    extra.added = extra.added .. '"mentions":["' .. table.concat(mentioned, '","') .. '"],'
  end
  extra.mentioned = mentioned
  extra.answer = ' ' .. (dropped[1] and table.concat(dropped, ',') or NOTHING) .. ' ' .. (target or NOTHING)
  wire_head = string.sub(wire_head, 1, -#TIMESTAMP_FIELD - 1) .. extra.added .. TIMESTAMP_FIELD
  return nil
end

-- Notes the mentions of the present message, which is in the log with this seq, and removes some of those whose message
-- the log no longer has. They outlive the log: the group is due before they expire, and end-due-mutes extends their
-- lifetime then, as that of the states of changed messages.
local function add_mentions(extra, seq, group, now)
  if not extra.mentioned[1] then return end
  mentions_key = extra.mentions_key
  local field = redis.call('HMGET', group_key, 'created', 'changes_due')
  add_mentions_of(field[1], seq, extra.mentioned)
  drop_old_mentions(OLD_PER_MESSAGE)
  redis.call('PEXPIRE', mentions_key, integer(3 * history_max_age_ms))
  if field[2] and now < tonumber(field[2]) then return end
  local due = now + tonumber(history_max_age_ms)
  redis.call('HSET', group_key, 'changes_due', integer(due))
  local next_due = tonumber(group.next_due)
  if next_due and next_due <= due then return end
  group.next_due = due
  redis.call('HSET', group_key, 'next_due', integer(due))
  redis.call('ZADD', extra.due_key, integer(due), group_id)
end
