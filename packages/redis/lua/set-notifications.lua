#!lua
-- Sets of which messages a receiver is notified. `level`: a(ll), m(entions) or n(one). `until_ms` is empty for a
-- level that does not end; a level that has ended is `a`. The first level makes the group look for levels at deliveries.
local group_key = KEYS[1]
local members_key = KEYS[2]
local reads_key = KEYS[3]
local user_id = ARGV[1]
local level = ARGV[2]
local until_ms = ARGV[3]
-- @include clock
-- @include member
-- @include levels
-- @include writable

local now = clock_ms()

local function refuse(code, detail)
  return { 'refused', integer(now), code, detail and integer(detail) or '' }
end

local field = redis.call('HMGET', group_key, 'epoch', 'deleted', 'levels')
if not field[1] or field[2] then return refuse('group_not_found') end
local member, is_banned, banned_until = find_member(user_id, now)
if is_banned then return refuse('banned', banned_until) end
if not member then return refuse('not_a_member') end
if member.status == 'p' then return refuse('pending_membership') end
expect_writable(reads_key, 'hash', { 'HSET', 'HDEL' })
expect_writable(group_key, 'hash', { 'HSET' })

if level == 'a' or until_ms ~= '' and tonumber(until_ms) <= now then
  redis.call('HDEL', reads_key, level_field(user_id))
  return { 'set', integer(now), 'a', '' }
end
redis.call('HSET', reads_key, level_field(user_id), level .. ' ' .. (until_ms ~= '' and until_ms or '-'))
if not field[3] then redis.call('HSET', group_key, 'levels', '1') end
return { 'set', integer(now), level, until_ms }
