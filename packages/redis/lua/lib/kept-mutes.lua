-- Mutes that outlast a membership, in groups with the setting `mute_survives_rejoin`. Such a mute is in the index of bans
-- as `<user> muted`, with the same scores, so it ends when a ban would. No id contains a space.

-- In one index with the bans; a mute above it is not kept.
local KEPT_MAX = 10000

local function survives_rejoin()
  return redis.call('HGET', group_key, 'mute_survives_rejoin') == '1'
end

-- Keeps the mute of a member that goes. Does nothing for a member that is not muted.
local function keep_mute(group, user, member)
  if member.status ~= 'm' or not survives_rejoin() or redis.call('ZCARD', bans_key) >= KEPT_MAX then return end
  redis.call('ZADD', bans_key, member.ends_at and integer(member.ends_at) or '+inf', user .. ' muted')
  if member.ends_at then group.next_due = math.min(group.next_due or member.ends_at, member.ends_at) end
end

-- Ends the mute that was kept for a user.
-- @return true if it is in force; and its end, ms, if it has one
local function take_kept_mute(user, now)
  local ends_at = tonumber(redis.call('ZSCORE', bans_key, user .. ' muted') or nil)
  if not ends_at then return false end
  redis.call('ZREM', bans_key, user .. ' muted')
  if ends_at <= now or not survives_rejoin() then return false end
  return true, ends_at < math.huge and ends_at or nil
end
