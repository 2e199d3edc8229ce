#!lua flags=no-writes
-- A page of members: receivers by since_seq, then applicants by the seq of their request. The cost is that of the page.
-- `receivers_after` and `pending_after` are the last seqs already seen; empty leaves that part out.
local group_key = KEYS[1]
local members_key = KEYS[2]
local receivers_key = KEYS[3]
local pending_key = KEYS[4]
local receivers_after = ARGV[1]
local pending_after = ARGV[2]
local limit = ARGV[3]
-- @include clock

local now = integer(clock_ms())
local field = redis.call('HMGET', group_key, 'type', 'deleted')
if not field[1] or field[2] then return { 'none', now } end

local users = {}
local function take(key, after)
  local room = tonumber(limit) - #users
  if after == '' or room <= 0 then return end
  for _, user in ipairs(redis.call('ZRANGE', key, '(' .. after, '+inf', 'BYSCORE', 'LIMIT', 0, room)) do
    users[#users + 1] = user
  end
end
take(receivers_key, receivers_after)
take(pending_key, pending_after)

local reply = { 'found', now }
for _, user in ipairs(users) do
  reply[#reply + 1] = user
  reply[#reply + 1] = redis.call('HGET', members_key, user)
end
return reply
