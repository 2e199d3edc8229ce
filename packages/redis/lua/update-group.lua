#!lua
-- Changes the settings of a group. An empty argument keeps the stored value; `null` removes it. `retention` is
-- `<max_entries> <max_age_ms>` as the field `sending` has it, `retention_json` what the entry shows.
-- @include change-header
local max_members = ARGV[19]
local history = ARGV[20]
local metadata = ARGV[21]
local posting = ARGV[22]
local slow_mode_ms = ARGV[23]
local edit_window_ms = ARGV[24]
local accepts_needed = ARGV[25]
local mute_survives_rejoin = ARGV[26]
local id_reserved_ms = ARGV[27]
local retention = ARGV[28]
local retention_json = ARGV[29]
local if_seq = ARGV[30]
local request_ttl_ms = ARGV[31]
local membership_events = ARGV[32]
-- @include change
-- @include change-entry
-- @include sending-text

-- Later entries remove the rest.
local DROPPED_BY_UPDATE = 1000

if not group then return refuse('group_not_found') end
if not acts_as_admin() then return refuse('not_admin') end
if if_seq ~= '' then
  -- A group whose settings never changed has no such field.
  local changed_seq = tonumber(redis.call('HGET', group_key, 'changed_seq') or 1)
  if changed_seq > tonumber(if_seq) or tonumber(if_seq) > group.seq then return refuse('conflict', changed_seq) end
end
local limited = check_limits()
if limited then return limited end

local changes = {}
-- @param json the value as the entry `updated` shows it
local function show(name, json) changes[#changes + 1] = '"' .. name .. '":' .. json end
local function set(name, value, json)
  if value == '' then return end
  show(name, json)
  redis.call('HSET', group_key, name, value == 'null' and '' or value)
end
set('max_members', max_members, max_members)
set('history', history, '"' .. history .. '"')
set('metadata', metadata, metadata)
if posting ~= '' then show('posting', '"' .. posting .. '"') end
if slow_mode_ms ~= '' then show('slow_mode_ms', slow_mode_ms) end
if retention ~= '' then show('retention', retention_json) end
local sending
if posting ~= '' or slow_mode_ms ~= '' or retention ~= '' or membership_events ~= '' then
  local old = redis.call('HGET', group_key, 'sending') or ''
  local old_posting, old_slow_mode_ms = sending_of(old)
  local kept, members = string.match(old, '^%l %d+ (%S+ %S+) ?(%S*)$')
  if retention ~= '' then kept = retention ~= 'null' and retention end
  local version = string.match(members or '', '%d+')
  if membership_events == 'counts' then
    members = 'c' .. (version or '1')
  elseif membership_events == 'all' then
    members = version and 'a' .. version
  end
  if members == '' then members = nil end
  local letter = posting ~= '' and string.sub(posting, 1, 1) or old_posting
  sending = letter .. ' ' .. (slow_mode_ms ~= '' and slow_mode_ms or integer(old_slow_mode_ms))
    .. ((kept or members) and ' ' .. (kept or '- -') or '') .. (members and ' ' .. members or '')
  redis.call('HSET', group_key, 'sending', sending)
  -- Nodes learn the version by the entry of the update.
  if membership_events ~= '' then use_retention(sending) end
end
set('edit_window_ms', edit_window_ms, edit_window_ms)
set('accepts_needed', accepts_needed, accepts_needed)
if mute_survives_rejoin ~= '' then
  show('mute_survives_rejoin', mute_survives_rejoin)
  redis.call('HSET', group_key, 'mute_survives_rejoin', mute_survives_rejoin == 'true' and '1' or '')
end
set('id_reserved_ms', id_reserved_ms, id_reserved_ms)
set('request_ttl_ms', request_ttl_ms, request_ttl_ms)
if membership_events ~= '' then show('membership_events', '"' .. membership_events .. '"') end
local seq = record_change('updated', ',"changes":{' .. table.concat(changes, ',') .. '}')
redis.call('HSET', group_key, 'changed_seq', integer(seq))
if retention ~= '' then
  use_retention(sending)
  -- The lifetime of the log begins anew.
  group.log_renewal = nil
  redis.call('XTRIM', log_key, 'MAXLEN', trim_mark, history_max_entries)
  drop_by_age(now, DROPPED_BY_UPDATE)
end
return done(find_member(actor, now), seq)
