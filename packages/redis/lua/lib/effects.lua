-- Changes the records of members. Every change of a record is take_out() and then put_in(), so the counts and indexes
-- of the group always match the records.
-- @include member-text

local COUNTER = { a = 'active', p = 'pending', m = 'muted' }

local function count(group, member, by)
  local counter = COUNTER[member.status]
  group[counter] = group[counter] + by
  if member.role == 'a' then group.admins = group.admins + by end
  if member.role == 'o' then group.moderators = group.moderators + by end
end

-- A user keeps its place in the order of members from its join (or its application) until it leaves: the seq of that
-- entry, or a fraction below it for a user that came with others. An acceptance
-- does not change the place. So a page that begins after a place neither misses nor repeats a member, whatever
-- changes between two pages.
local function take_out(group, user, member)
  count(group, member, -1)
  local key = member.status == 'p' and pending_key or receivers_key
  member.place = member.place or redis.call('ZSCORE', key, user)
  redis.call('ZREM', key, user)
  if member.ends_at then redis.call('ZREM', mutes_key, user) end
  if member.status == 'p' then redis.call('HDEL', applications_key, user, user .. ' accepts') end
end

local function put_in(group, user, member)
  count(group, member, 1)
  redis.call('HSET', members_key, user, record_text(member))
  redis.call('ZADD', member.status == 'p' and pending_key or receivers_key, member.place or integer(member.since_seq), user)
  if member.ends_at then
    redis.call('ZADD', mutes_key, integer(member.ends_at), user)
    group.next_due = math.min(group.next_due or member.ends_at, member.ends_at)
  end
end

local function give_role(group, user, member, role)
  take_out(group, user, member)
  member.role = role
  put_in(group, user, member)
end

-- @param ban a record with the status `b`; the user must be no member
local function put_ban(group, user, ban)
  redis.call('HSET', members_key, user, record_text(ban))
  redis.call('ZADD', bans_key, ban.ends_at and integer(ban.ends_at) or '+inf', user)
  if ban.ends_at then group.next_due = math.min(group.next_due or ban.ends_at, ban.ends_at) end
end

-- Removes the ban of a user. A record with another status stays.
local function end_ban(user)
  redis.call('ZREM', bans_key, user)
  redis.call('HDEL', applications_key, user .. ' ban')
  if string.sub(redis.call('HGET', members_key, user) or '', 1, 2) == 'b ' then
    redis.call('HDEL', members_key, user)
  end
end

local function is_last_admin(group, member)
  return member.role == 'a' and group.admins == 1
end
