-- What a message has besides its text, if the script has to check it: the message to which it replies. Most messages
-- have nothing of this, and cost nothing here.

local TIMESTAMP_FIELD = '"timestamp":"'
-- Means nothing in an answer: it is in no id.
local NOTHING = '*'

-- @param text `<number of the message in the batch> <reply_to or nothing>`
local function extra_from(text)
  local number, reply_to = string.match(text, '^(%d+) (%S*)$')
  return { number = tonumber(number), reply_to = reply_to }
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

-- Adds to the wire head what was found, before its timestamp.
-- @return the code of a refusal, or nil
local function check_extra(now, extra)
  local target, seq = find_target(now, extra.reply_to)
  if not target then return 'message_not_found' end
  local reply = '"reply":{"message_id":"' .. extra.reply_to .. '","seq":' .. seq .. ',"from_user_id":"' .. target .. '"},'
  wire_head = string.sub(wire_head, 1, -#TIMESTAMP_FIELD - 1) .. reply .. TIMESTAMP_FIELD
  extra.answer = ' ' .. NOTHING .. ' ' .. target
  return nil
end
