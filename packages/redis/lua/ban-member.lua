#!lua
-- Bans a user, member or not, for a time or until somebody unbans him; of a member it is the last entry that he receives.
-- A second ban replaces the time of the first.
-- @include change-header
local reason = ARGV[14]
local for_ms = ARGV[15]
-- @include change
-- @include change-entry

if not group then return refuse('group_not_found') end
if not acts_as_admin() then return refuse('not_admin') end
local member = find_member(user_id, now)
if member and is_last_admin(group, member) then return refuse('last_admin') end

if member then
  take_out(group, user_id, member)
  forget_receiver(group, user_id)
end
local ban = { status = 'b', role = 'm', joined_at = now, since_seq = group.seq + 1, ends_at = end_of(for_ms) }
redis.call('HSET', members_key, user_id, record_text(ban))
return done(ban, record_change('banned', reason_field(reason) .. until_field('banned_until', ban.ends_at)))
