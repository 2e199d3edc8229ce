-- Ends of memberships and of groups. Presence and read mark of a member end with its membership.
-- @include presence
-- @include writable

local function expect_removable()
  expect_writable(on_key, 'hash', { 'HDEL', 'UNLINK' })
  expect_writable(reads_key, 'hash', { 'HDEL', 'UNLINK' })
end

-- The user receives nothing after this, whether or not its record stays.
local function forget_receiver(group, user)
  redis.call('HDEL', reads_key, user)
  if redis.call('HDEL', on_key, user) == 0 then return end
  queue_presence(receivers_count(group), { { user = user, is_online = false } })
end

local function remove_member(group, user, member)
  take_out(group, user, member)
  redis.call('HDEL', members_key, user)
  forget_receiver(group, user)
end

-- A join may re-create a deleted group only if no user gets in that the old group kept out: it was public, and its
-- members hash contained no bans.
local function is_closed(group)
  local members = group.active + group.pending + group.muted
  return group.type ~= 'public' or redis.call('HLEN', members_key) > members
end

-- Members are removed at once. The log stays for a while after the tombstone, so that every node can still deliver
-- `deleted`.
local function leave_tombstone(group, now)
  redis.call('HSET', group_key, 'deleted', integer(now), 'closed', is_closed(group) and '1' or '0')
  redis.call('UNLINK', members_key, receivers_key, pending_key, mutes_key, bans_key, on_key, reads_key)
  redis.call('ZREM', groups_key, group_id)
  redis.call('ZREM', due_key, group_id)
  group.is_deleted = true
end
