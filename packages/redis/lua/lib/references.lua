-- What a message refers to: the message to which it replies, and the users whom it mentions.
-- @include member
-- @include iso-ms

-- Means nothing in an answer: it is in no id.
local NOTHING = '*'

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
  local expires_at = string.match(wire, '"expires_at":"([^"]+)","timestamp":"[^"]+",' .. string.gsub(ending, '%-', '%%-') .. '$')
  if expires_at and ms_of(expires_at) <= now then return nil end
  return string.match(wire, '"from_user_id":"([^"]+)"'), seq
end

-- @param users each after a space
-- @return the users who receive the message, and the others
local function divide_mentions(now, given)
  local users, mentioned, dropped = {}, {}, {}
  for user in string.gmatch(given, '%S+') do users[#users + 1] = user end
  if not users[1] then return mentioned, dropped end
  local records = redis.call('HMGET', members_key, unpack(users))
  for at, user in ipairs(users) do
    local member = member_of(records[at], now)
    local list = member and member.status ~= 'p' and mentioned or dropped
    list[#list + 1] = user
  end
  return mentioned, dropped
end

-- @param references { reply_to, users }: the id of a message, or nothing; users, each after a space
-- @return nil if the message to which it replies is not found; otherwise { fields, mentioned, words }: JSON fields, each before a
-- comma; the users who are mentioned; and for the answer, the users who are not and the sender of the message to which it replies
local function resolve_references(now, references)
  local fields, target, seq = '', nil, nil
  if references.reply_to ~= '' then
    target, seq = find_target(now, references.reply_to)
    if not target then return nil end
    fields = '"reply":{"message_id":"' .. references.reply_to .. '","seq":' .. seq .. ',"from_user_id":"' .. target .. '"},'
  end
  local mentioned, dropped = divide_mentions(now, references.users)
  if mentioned[1] then fields = fields .. '"mentions":["' .. table.concat(mentioned, '","') .. '"],' end
  local words = (dropped[1] and table.concat(dropped, ',') or NOTHING) .. ' ' .. (target or NOTHING)
  return { fields = fields, mentioned = mentioned, words = words }
end
