#!lua
-- Bans a user, member or not, until a time or an unban. An open invite of the user ends. The entry `banned` is the last one that a banned member
-- receives. A second ban replaces the end time. An empty `bans_max` means no limit.
-- @include change-header
local reason = ARGV[19]
local for_ms = ARGV[20]
local bans_max = ARGV[21]
-- @include change
-- @include change-entry

if not group then return refuse('group_not_found') end
if not acts_as_admin() then return refuse('not_admin') end
local member, is_banned = find_member(user_id, now)
if member and is_last_admin(group, member) then return refuse('last_admin') end
-- If any ban has ended, end_due_mutes has already removed at least one, so there is room.
if not is_banned and bans_max ~= '' and redis.call('ZCARD', bans_key) >= tonumber(bans_max) then
  return refuse('limit_reached', tonumber(bans_max))
end
local limited = check_limits()
if limited then return limited end

if member then
  keep_mute(group, user_id, member)
  take_out(group, user_id, member)
  forget_receiver(group, user_id)
end
redis.call('HDEL', invites_key, user_id)
local ban = { status = 'b', role = 'm', joined_at = now, since_seq = group.seq + 1, ends_at = end_of(for_ms) }
put_ban(group, user_id, ban)
redis.call('HSET', applications_key, user_id .. ' ban', actor .. ' ' .. reason)
return done(ban, record_change('banned', reason_field(reason) .. until_field('banned_until', ban.ends_at)))
