#!lua
-- Creates a group with its first admin, over a tombstone if there is one.
-- @include change-header
local group_type = ARGV[14]
local max_members = ARGV[15]
local is_ephemeral = ARGV[16]
local history = ARGV[17]
local metadata = ARGV[18]
-- @include change
-- @include events

if group then return refuse('already_exists') end

redis.call('UNLINK', group_key, log_key)
redis.call('HSET', group_key, 'type', group_type, 'created', integer(now), 'max_members', max_members,
  'ephemeral', is_ephemeral, 'history', history, 'metadata', metadata)
redis.call('ZADD', groups_key, 0, group_id)
group = {
  type = group_type,
  epoch = epoch_offer,
  hist = replication_history(),
  is_epoch_checked = true,
  past = '',
  seq = 0,
  active = 0,
  pending = 0,
  muted = 0,
  admins = 0,
}
local creator = { status = 'a', role = 'a', joined_at = now, since_seq = 1 }
put_in(group, user_id, creator)
return done(creator, record_change('created', ',"roles":["admin"]'))
