#!lua flags=no-writes
-- Reads the head of a group's log and, of the same instant, the records of users: of all users if the group has at most
-- `whole_max` records, else of those that are asked for. `is_whole` says which. A user without a record is left out.
local group_key = KEYS[1]
local members_key = KEYS[2]
local log_key = KEYS[3]
local present_key = KEYS[4]
local whole_max = ARGV[1]
-- Each after a space.
local user_ids = ARGV[2]
-- @include clock
-- @include head

local now = integer(clock_ms())
local field = redis.call('HMGET', group_key, 'epoch', 'seq', 'past', 'deleted', 'changes_due', 'sending')
if not field[1] then return { 'none', now } end
local reply = { 'found', now, head_words(field[1], field[2], field[3], field[4], field[5], field[6]) }

if redis.call('HLEN', members_key) <= tonumber(whole_max) then
  reply[#reply + 1] = '1'
  for _, word in ipairs(redis.call('HGETALL', members_key)) do reply[#reply + 1] = word end
  return reply
end
reply[#reply + 1] = '0'
for user in string.gmatch(user_ids, '%S+') do
  local record = redis.call('HGET', members_key, user)
  if record then reply[#reply + 1], reply[#reply + 2] = user, record end
end
return reply
