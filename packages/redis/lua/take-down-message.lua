#!lua
-- Takes a message down: its text is in no key after this, except where it waits for the adapters. `taken_down` names the
-- message for the scripts and the owner that handle waiting entries, and scrub-message removes them. `tombstones` has what
-- readers of the archive are shown until the archive has the take-down.
-- @include message-header
local taken_down_key = KEYS[19]
local tombstones_key = KEYS[20]
local reason = ARGV[20]
local named_ms = ARGV[21]
-- `1`: the message has reached its end. Then its entry is written even if the log has lost the message, but not in a later
-- group with the same id.
local is_expired = ARGV[22]
-- Of a message that the log has lost. `?`: an archive may have it. Else what the archive or its copy that waits says of it:
-- `<author> <epoch and seq of its take-down, or - -> <JSON { request_id, from_user_id, timestamp, imported? }>`. Empty: no archive
-- can be read. `-`: so too, or no copy waits for the archive.
local archived = ARGV[23]
-- @include writable
expect_writable(taken_down_key, 'zset', { 'ZADD', 'ZREM', 'PEXPIRE' })
expect_writable(tombstones_key, 'hash', { 'HSET', 'HDEL', 'PEXPIRE' })
-- @include message-change
-- @include lost-messages
-- @include pins
-- @include tombstones

if not group then return refuse('group_not_found') end
local member, is_banned, banned_until
if actor ~= SERVICE then
  member, is_banned, banned_until = find_member(actor, now)
  if is_banned then return refuse('banned', banned_until) end
  if not member then return refuse('not_a_member') end
  if member.status == 'p' then return refuse('pending_membership') end
end

local function archived_message()
  local author, state_epoch, state_seq, fields = string.match(archived, '^(%S+) (%S+) (%S+) (.*)$')
  if not author then return nil end
  local state = state_epoch ~= '-' and
    { is_deleted = true, edits = 0, state_epoch = state_epoch, state_seq = tonumber(state_seq) } or nil
  return { author = author, fields = json_fields(fields), state = state, is_archived = true }
end

local message = find_message()
local is_lost = (not message or not message.fields and not message.state.is_deleted) and is_below_log() and is_of_this_group()
local is_certain = message ~= nil or is_expired == '1'
-- The entry says of the message what the archive needs for a tombstone, if the message itself never comes there.
if is_lost and (archived == '?' or archived == '' and is_certain and is_queue_counted == '1') then
  return below_log(is_certain)
end
local told = is_lost and archived_message() or nil
message = message or told
if not message and (is_expired == '0' or not is_of_this_group()) then return refuse('message_not_found') end
if actor ~= SERVICE and message.author ~= actor and not is_moderator(member) then return refuse('not_author') end

local is_in_log = message and not message.is_archived
local state = is_in_log and state_of(message) or message and message.state or { edits = 0 }
local known = not is_in_log and redis.call('HGET', tombstones_key, message_id)
if known then
  local epoch, seq = string.match(known, '^(%S+) (%d+) ')
  state = { is_deleted = true, edits = 0, state_epoch = epoch, state_seq = tonumber(seq) }
end
local limited = check_message_limits(state.is_deleted)
if limited then return limited end

-- Names the message to whatever holds a copy of a waiting entry, which no round of deliveries does for `named_ms`.
local is_new_to_archive = is_queue_counted == '1' and not state.is_deleted
if is_new_to_archive then
  redis.call('ZADD', taken_down_key, '+inf', message_id)
else
  redis.call('ZADD', taken_down_key, 'NX', integer(now), message_id)
end
if state.is_deleted then
  forget_old_names(now)
  return unchanged(state, {})
end

local reason_field = reason ~= '' and ',"reason":' .. reason or ''
local sent_field = ''
local fields = message and message.fields or told and told.fields
if fields then
  sent_field = ',"sent":{"request_id":' .. fields.request_id .. ',"from_user_id":' .. fields.from_user_id
    .. ',"timestamp":' .. fields.timestamp .. '}'
  if is_in_log and message.fields then redis.call('XDEL', log_key, target_seq .. '-0') end
end
append_change({ type = 'deleted', tail = reason_field, outbox_tail = sent_field })
if is_new_to_archive then
  redis.call('HSET', tombstones_key, message_id, group.epoch .. ' ' .. integer(group.seq) .. ' {"deleted_by":"' .. actor
    .. '","deleted_at":"' .. iso_time(now) .. '"' .. reason_field .. '}')
end
forget_old_names(now)
-- The time at which the message was sent says where its copy waits in the outbox. An imported message has a time of its
-- own, perhaps a later one.
local sent_at = fields and not fields.imported and ms_of(unquoted(fields.timestamp)) or 0
if not is_in_log then return done({ edits = 0, edited_at = sent_at }) end
-- An entry `edited` of a message that the log no longer has needs no tombstone of the message itself.
state.text = message.fields and '{"request_id":' .. fields.request_id .. ',"success":true,"result":{"group_id":"' .. group_id
    .. '","from_user_id":' .. fields.from_user_id .. ',"deleted":true,"deleted_by":"' .. actor .. '","deleted_at":"'
    .. iso_time(now) .. '"' .. reason_field .. ',"state_seq":' .. integer(group.seq) .. ',"timestamp":' .. fields.timestamp
    .. ',"message_id":"' .. message_id .. '","epoch":"' .. message_epoch .. '","seq":' .. target_seq .. '}}'
  or ''
drop_appended(target_seq)
state.is_deleted = true
drop_reactors(target_seq)
drop_mentions_of(redis.call('HGET', group_key, 'created'), target_seq)
save_pins(without_pin(read_pins(), message_id))
return done({ edits = state.edits, edited_at = sent_at }, state)
