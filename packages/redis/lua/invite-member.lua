#!lua
-- Invites a user that is no member, until a time or until the invite is revoked. A second invite replaces the inviter
-- and the end of the first.
-- @include change-header
local for_ms = ARGV[19]
local invites_max = ARGV[20]
-- @include change
-- @include change-entry
-- @include accept-checks
-- @include invites

if not group then return refuse('group_not_found') end
local code = refusal_of_acceptor(group, actor, now)
if code then return refuse(code) end
local member, is_banned, banned_until = find_member(user_id, now)
if is_banned then return refuse('banned', banned_until) end
if member then return refuse('already_member') end

local max, open = tonumber(invites_max), redis.call('HLEN', invites_key)
local ended = open >= max and ended_invites(now) or {}
if open - #ended >= max and redis.call('HEXISTS', invites_key, user_id) == 0 then
  return refuse('too_many_invites', max)
end
local limited = check_limits()
if limited then return limited end

if #ended > 0 then redis.call('HDEL', invites_key, unpack(ended)) end
local ends_at = end_of(for_ms)
redis.call('HSET', invites_key, user_id, actor .. ' ' .. until_text(ends_at))
local invited = { status = 'i', role = 'm', ends_at = ends_at }
return done(invited, record_change('invited', until_field('invited_until', ends_at)))
