-- Creates a group with its first admin. Replaces a tombstone.

-- @return the time, ms, until which no user can create a group with the id of an ended group; nil: it can now
local function id_reserved_until(now)
  local reserved_until = tonumber(redis.call('HGET', group_key, 'reserved_until') or nil)
  return reserved_until and reserved_until > now and reserved_until or nil
end

-- @param settings { type, max_members, ephemeral, history, metadata, sending, edit_window_ms, accepts_needed,
-- mute_survives_rejoin, id_reserved_ms, request_ttl_ms } as they are stored; the last three may be absent
-- @param shown the JSON text of the type and the settings in the entry; begins with a comma
-- @return the reply of the script
local function create(settings, shown)
  redis.call('UNLINK', group_key, log_key, present_key, changed_key, reactors_key, mentions_key)
  -- The fields that every message reads come first: Redis searches a small hash from its beginning.
  redis.call('HSET', group_key, 'epoch', '', 'hist', '', 'seq', '', 'active', '', 'muted', '', 'next_due', '',
    'log_renewal', '', 'events', '', 'sending', settings.sending, 'type', settings.type, 'created', integer(now), 'max_members', settings.max_members,
    'ephemeral', settings.ephemeral, 'history', settings.history, 'metadata', settings.metadata,
    'edit_window_ms', settings.edit_window_ms, 'accepts_needed', settings.accepts_needed, 'creator', user_id)
  for _, name in ipairs({ 'mute_survives_rejoin', 'id_reserved_ms', 'request_ttl_ms' }) do
    if (settings[name] or '') ~= '' then redis.call('HSET', group_key, name, settings[name]) end
  end
  redis.call('ZADD', groups_key, 0, group_id)
  use_retention(settings.sending)
  group = {
    type = settings.type,
    epoch = epoch_offer,
    hist = replication_history(redis.call('INFO', 'replication')),
    past = '',
    is_epoch_checked = true,
    is_new_epoch = true,
    seq = 0,
    events = 0,
    active = 0,
    pending = 0,
    muted = 0,
    admins = 0,
    moderators = 0,
    known_moderators = 0,
  }
  local creator = { status = 'a', role = 'a', joined_at = now, since_seq = 1 }
  put_in(group, user_id, creator)
  return done(creator, record_change('created', roles_field(creator) .. shown))
end
