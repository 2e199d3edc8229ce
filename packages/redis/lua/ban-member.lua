#!lua
-- Bans a user, member or not, for a time or until an unban; a banned member receives this entry as its last. A second
-- ban replaces the time of the first. `bans_max` is empty without a limit.
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
-- Some ended bans were removed already: if there is one, there is room.
if not is_banned and bans_max ~= '' and redis.call('ZCARD', bans_key) >= tonumber(bans_max) then
  return refuse('limit_reached', tonumber(bans_max))
end
local limited = check_limits()
if limited then return limited end

if member then
  take_out(group, user_id, member)
  forget_receiver(group, user_id)
end
local ban = { status = 'b', role = 'm', joined_at = now, since_seq = group.seq + 1, ends_at = end_of(for_ms) }
put_ban(group, user_id, ban)
return done(ban, record_change('banned', reason_field(reason) .. until_field('banned_until', ban.ends_at)))
