#!lua flags=no-writes
-- Reads a page of the bans in force: those that end first come first, those without an end last, those of one end by the
-- bytes of their users. The cost depends on the size of the page, not on the number of bans.
-- Each row has a user, its record, and who has banned it as `<actor> <JSON text of the reason>`; empty for a ban of an
-- earlier version. `after_end` (ms or `inf`) and `after_user` are those of the last ban of the previous page, or empty.
local group_key = KEYS[1]
local members_key = KEYS[2]
local bans_key = KEYS[3]
local applications_key = KEYS[4]
local after_end = ARGV[1]
local after_user = ARGV[2]
local limit = ARGV[3]
-- @include clock

local now = integer(clock_ms())
local field = redis.call('HMGET', group_key, 'type', 'deleted')
if not field[1] or field[2] then return { 'none', now } end

-- Lua's own comparison depends on the locale of Redis; the order of a ZSET does not.
local function is_behind(user, other)
  for at = 1, math.min(#user, #other) do
    local byte, other_byte = string.byte(user, at), string.byte(other, at)
    if byte ~= other_byte then return byte > other_byte end
  end
  return #user > #other
end

-- @return the rank of the first ban of the page. A ban that has ended is in no page
local function first_rank()
  local ended = redis.call('ZCOUNT', bans_key, '-inf', now)
  if after_end == '' then return ended end
  local low = redis.call('ZCOUNT', bans_key, '-inf', '(' .. after_end)
  local high = redis.call('ZCOUNT', bans_key, '-inf', after_end)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if is_behind(redis.call('ZRANGE', bans_key, middle, middle)[1], after_user) then high = middle else low = middle + 1 end
  end
  return math.max(low, ended)
end

local reply = { 'found', now }
local function add(user)
  -- The index also has mutes that outlast a membership.
  if string.find(user, ' ', 1, true) then return end
  reply[#reply + 1] = user
  reply[#reply + 1] = redis.call('HGET', members_key, user) or ''
  reply[#reply + 1] = redis.call('HGET', applications_key, user .. ' ban') or ''
end

local rank = first_rank()
repeat
  local left = limit - (#reply - 2) / 3
  local found = redis.call('ZRANGE', bans_key, rank, rank + left - 1)
  for _, user in ipairs(found) do add(user) end
  rank = rank + #found
until #found < left or #reply == 2 + 3 * limit
return reply
