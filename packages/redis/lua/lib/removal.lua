-- Ends memberships and groups. The presence, the read mark and the level of a member end with its membership.
-- @include presence
-- @include log-bounds
-- @include kept-mutes
-- @include levels
-- @include writable

local function expect_removable()
  expect_writable(on_key, 'hash', { 'HDEL', 'UNLINK' })
  expect_writable(reads_key, 'hash', { 'HDEL', 'UNLINK' })
end

-- @return true if the user was online
local function drop_receiver(user)
  redis.call('HDEL', reads_key, user, level_field(user))
  return redis.call('HDEL', on_key, user) > 0
end

-- The open messages of a user that goes have to be closed. XX: most groups have no messages that wait for a time. No two removals
-- give the same score, because each is an entry or a version: so settle-timed sees one that came after the owner had looked.
local function make_open_due(group)
  redis.call('ZADD', due_key, 'XX', integer(-group.seq - (members_version or 0)), '$timed:' .. group_id)
end

-- Removes the presence and the read mark of a user that receives nothing after this entry, even if its record stays.
local function forget_receiver(group, user)
  make_open_due(group)
  if not drop_receiver(user) then return end
  queue_presence(receivers_count(group), { { user = user, is_online = false } })
end

local function remove_member(group, user, member)
  keep_mute(group, user, member)
  take_out(group, user, member)
  redis.call('HDEL', members_key, user)
  forget_receiver(group, user)
end

-- A join may create a deleted group again only if the old group kept no user out: it was public, and its members hash
-- contained no bans. Otherwise the group is closed.
local function is_closed(group)
  local members = group.active + group.pending + group.muted
  return group.type ~= 'public' or redis.call('HLEN', members_key) > members
end

-- @return the users with an invite in force
local function invited_users(now)
  local found = redis.call('HGETALL', invites_key)
  local users = {}
  for at = 1, #found, 2 do
    local ends_at = tonumber(string.match(found[at + 1], ' (%d+)$'))
    if not ends_at or ends_at > now then users[#users + 1] = found[at] end
  end
  return users
end

-- Turns the group into a tombstone; the script must bind the keys of the states of messages and of invite links.
-- Members are removed at once; the log and those states stay for 10 minutes, so that every node can still deliver `deleted`. The hash stays as
-- long as the id is reserved.
local function leave_tombstone(group, now)
  redis.call('HSET', group_key, 'deleted', integer(now), 'closed', is_closed(group) and '1' or '0')
  group.reserved_ms = tonumber(redis.call('HGET', group_key, 'id_reserved_ms') or '') or 0
  if group.reserved_ms > 0 then
    redis.call('HSET', group_key, 'reserved_until', integer(now + group.reserved_ms), 'metadata', '')
  end
  group.uninvited = invited_users(now)
  redis.call('UNLINK', members_key, receivers_key, pending_key, mutes_key, bans_key, on_key, reads_key,
    applications_key, invites_key, links_key)
  redis.call('ZREM', groups_key, group_id)
  redis.call('ZREM', due_key, group_id)
  group.is_deleted = true
end
