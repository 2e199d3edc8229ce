#!lua
-- Takes a message down: its text is in no key after this, except where it waits for the adapters. `taken_down` names the
-- message for the scripts and the owner that handle waiting entries, and scrub-message removes them.
-- @include message-header
local taken_down_key = KEYS[19]
local reason = ARGV[20]
local named_ms = ARGV[21]
-- `1`: the message has reached its end. Then its entry is written even if the log has lost the message, but not in a later
-- group with the same id.
local is_expired = ARGV[22]
-- @include writable
expect_writable(taken_down_key, 'zset', { 'ZADD', 'ZREM', 'PEXPIRE' })
-- @include message-change
-- @include pins

-- Limits the time of one script.
local FORGOTTEN_AT_ONCE = 100

if not group then return refuse('group_not_found') end
local member, is_banned, banned_until
if actor ~= SERVICE then
  member, is_banned, banned_until = find_member(actor, now)
  if is_banned then return refuse('banned', banned_until) end
  if not member then return refuse('not_a_member') end
  if member.status == 'p' then return refuse('pending_membership') end
end
local message = find_message()

-- @return true if this group has the epoch of the message, or had it
local function is_of_this_group()
  local epochs = (redis.call('HGET', group_key, 'past') or '') .. ',' .. group.epoch .. ':'
  return string.find(',' .. epochs, ',' .. message_epoch .. ':', 1, true) ~= nil
end
if not message and (is_expired == '0' or not is_of_this_group()) then return refuse('message_not_found') end
if actor ~= SERVICE and message.author ~= actor and not is_moderator(member) then return refuse('not_author') end

local state = message and state_of(message) or { edits = 0 }
local limited = check_message_limits(state.is_deleted)
if limited then return limited end

-- Names the message to whatever holds a copy of a waiting entry. The names of an hour ago are forgotten: no round of
-- deliveries takes that long.
local function name_as_taken_down()
  local forgotten = redis.call('ZRANGE', taken_down_key, '-inf', integer(now - named_ms), 'BYSCORE', 'LIMIT', 0,
    FORGOTTEN_AT_ONCE)
  if #forgotten > 0 then redis.call('ZREM', taken_down_key, unpack(forgotten)) end
  redis.call('ZADD', taken_down_key, integer(now), message_id)
  redis.call('PEXPIRE', taken_down_key, named_ms)
end

name_as_taken_down()
if state.is_deleted then return unchanged(state, {}) end

local reason_field = reason ~= '' and ',"reason":' .. reason or ''
local sent_field = ''
local fields = message and message.fields
if fields then
  sent_field = ',"sent":{"request_id":' .. fields.request_id .. ',"from_user_id":' .. fields.from_user_id
    .. ',"timestamp":' .. fields.timestamp .. '}'
  redis.call('XDEL', log_key, target_seq .. '-0')
end
append_change({ type = 'deleted', tail = reason_field, outbox_tail = sent_field })
if not message then return done({ edits = 0, edited_at = 0 }) end
-- An entry `edited` of a message that the log no longer has needs no tombstone of the message itself.
state.text = fields and '{"request_id":' .. fields.request_id .. ',"success":true,"result":{"group_id":"' .. group_id
    .. '","from_user_id":' .. fields.from_user_id .. ',"deleted":true,"deleted_by":"' .. actor .. '","deleted_at":"'
    .. iso_time(now) .. '"' .. reason_field .. ',"state_seq":' .. integer(group.seq) .. ',"timestamp":' .. fields.timestamp
    .. ',"message_id":"' .. message_id .. '","epoch":"' .. message_epoch .. '","seq":' .. target_seq .. '}}'
  or ''
drop_appended(target_seq)
state.is_deleted = true
drop_reactors(target_seq)
drop_mentions_of(redis.call('HGET', group_key, 'created'), target_seq)
save_pins(without_pin(read_pins(), message_id))
-- The time at which the message was sent says where its copy waits in the outbox. An imported message has a time of its
-- own, perhaps a later one.
local sent_at = fields and not fields.imported and ms_of(unquoted(fields.timestamp)) or 0
return done({ edits = state.edits, edited_at = sent_at }, state)
