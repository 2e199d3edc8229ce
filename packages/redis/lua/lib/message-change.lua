-- Begins every change of a message: answers a repeated request, refuses a late one, loads the group, ends its due mutes
-- and finds the message. Then the script makes the checks of its row in the rule table, and ends with refuse(),
-- done() or unchanged().
-- @include clock
-- @include member
-- @include group
-- @include log
-- @include events
-- @include effects
-- @include due-mutes
-- @include dedupe
-- @include commit
-- @include group-writable
-- @include token-bucket
-- @include iso-ms
-- @include json
-- @include sending-text
-- @include message-states

-- Bounds the work of one change. A change adds one state and one reactor at most, so the rest stays bounded.
local UNNEEDED_DROPPED_AT_ONCE = 4

local now = clock_ms()

local repeated = recall(now, 'log')
if repeated then return repeated end
if now > tonumber(deadline_ms) then return { 'late', integer(now) } end

expect_group_writable()
expect_right('XDEL', log_key)
expect_writable(dedupe_key, 'string', { 'SET' })
expect_writable(bucket_key, 'string', { 'SET' })
expect_writable(present_key, 'hash', { 'HSET', 'HDEL', 'PEXPIRE' })
expect_writable(changed_key, 'zset', { 'ZADD', 'ZREM', 'PEXPIRE' })
expect_writable(reactors_key, 'zset', { 'ZADD', 'ZREM', 'PEXPIRE' })
expect_writable(mentions_key, 'zset', { 'ZADD', 'ZREM', 'PEXPIRE' })
local group = load_group()
if group then end_due_mutes(group, now, { actor }) end

-- @include change-checks

local message_id = message_epoch .. '-' .. target_seq

-- @return the message of the command, or nil: `fields` are those of its entry in the log, `state` what changes made of
-- it. A tombstone has no fields, nor has a message that the log no longer has but whose text it still shows in an entry
-- `edited`.
local function find_message()
  local state = read_state(target_seq)
  if state and state.epoch ~= message_epoch then return nil end
  local id = target_seq .. '-0'
  local entry = redis.call('XRANGE', log_key, id, id)[1]
  if not entry then return state and { state = state, author = state.author } or nil end
  if entry[2][2] ~= 'm' then return nil end
  local outer = json_fields(entry[2][4])
  local fields = json_fields(outer.result)
  if unquoted(fields.message_id) ~= message_id then return nil end
  fields.request_id = outer.request_id
  return { state = state, fields = fields, author = unquoted(fields.from_user_id) }
end

-- @return the state to change; for a message that was never changed, a first one
local function state_of(message)
  return message.state or {
    epoch = message_epoch,
    author = message.author,
    kind = message.fields.open and 'o' or 'p',
    state_epoch = message_epoch,
    state_seq = tonumber(target_seq),
    edits = 0,
    edited_at = 0,
    text = message.fields.open and '0 0' or '',
    metadata = '',
    mentions = '',
    reactions = {},
  }
end

-- @return the refusal of an actor who may not send, or nil; and the record of the actor
local function refusal_of_sender()
  local member, is_banned, banned_until = find_member(actor, now)
  if is_banned then return refuse('banned', banned_until) end
  if not member then return refuse('not_a_member') end
  if member.status == 'p' then return refuse('pending_membership') end
  if member.status == 'm' then return refuse('muted', member.ends_at) end
  local posting = sending_of(redis.call('HGET', group_key, 'sending'))
  if posting == 'n' or posting == 'a' and member.role ~= 'a' then return refuse('posting_restricted') end
  return nil, member
end

local function is_moderator(member)
  return member ~= nil and member.status == 'a' and (member.role == 'a' or member.role == 'o')
end

-- @return true if the message has reached its end, so that no reader gets its text
local function has_expired(message)
  local expires_at = message.fields.expires_at
  return expires_at ~= nil and ms_of(unquoted(expires_at)) <= now
end

-- @param member the record of the actor; nil for the service
local function is_readable(message, member)
  if not message or not message.fields or has_expired(message) then return false end
  if not member or redis.call('HGET', group_key, 'history') == 'all' then return true end
  return tonumber(member.since_seq) <= tonumber(target_seq)
end

-- Makes the last checks: a token of the acting user; then, unless nothing has to change, the room queue.
-- @return the reply of the script if it refuses, or is the trial of a change that would change something; else nil: the
-- token is taken
local function check_message_limits(is_unchanged)
  if is_unchanged then queue_limit, is_trial = '', '0' end
  return check_limits()
end

-- @return the answer that is remembered: `<edits> <edited at, ms, or 0> <dropped mentions, each after a comma, or ->
-- <count> <epoch> <seq>`
local function answer_of(result, epoch, seq)
  return string.format('%d %d %s %d %s %d', result.edits or 0, result.edited_at or 0, result.dropped or '-',
    result.count or 0, epoch, seq)
end

-- Ends a change that found the message in the wanted state. Writes nothing, except the ended mutes.
local function unchanged(state, result)
  if group.has_ended_mutes then commit(group, now) end
  return { 'unchanged', integer(now), answer_of(result, state.state_epoch, state.state_seq) }
end

-- Appends the entry of a change.
-- @param change { type, tail?, live_tail?, outbox_tail? }: JSON texts of more fields, each begins with a comma. The log
-- has only `tail`; `live_tail` is pushed besides, and `outbox_tail` goes to the adapters besides.
local function append_change(change)
  if not group.is_epoch_checked then continue_epoch(group) end
  group.is_epoch_checked = true
  group.seq = group.seq + 1
  group.events = group.events + 1
  group.appended = (group.appended or 0) + 1
  local seq_text = integer(group.seq)
  local head = '{"group_id":"' .. group_id .. '","type":"' .. change.type .. '","message_id":"' .. message_id
    .. '","target_seq":' .. target_seq .. ',"actor_id":"' .. actor .. '","epoch":"' .. group.epoch .. '","seq":' .. seq_text
    .. ',"timestamp":"' .. iso_time(now) .. '"' .. (change.tail or '')
  local live = head .. (change.live_tail or '')
  -- `t` says that the text of the entry is in the state of that message, and `p` where in it.
  local texts = change.type == 'edited' and { 't', target_seq }
    or change.place and { 't', target_seq, 'p', change.place } or {}
  redis.call('XADD', log_key, 'MAXLEN', trim_mark, history_max_entries, seq_text .. '-0', 'k', 'c', 'w', head .. '}', 'n',
    integer(group.seq - group.events), unpack(texts))
  -- The adapters get the whole text of a message in the end, not its pieces.
  local told = change.place and head or live
  if is_outbox_written == '1' then add_to_outbox('c', told .. (change.outbox_tail or '') .. '}') end
  local uid = 'c ' .. uid_head(group.epoch, group.seq, group.active + group.muted, now) .. actor .. ' ' .. request_id
  publications[#publications + 1] = payload_of(uid, 'message_event', live .. '}')
end

-- Ends a change whose entry was appended.
-- @param state the new state of the message; nil if its state did not change
local function done(result, state)
  if state then
    save_state(target_seq, state, group.epoch, group.seq)
    drop_unneeded(group, UNNEEDED_DROPPED_AT_ONCE)
    renew_states(group, now)
  end
  local answer = answer_of(result, group.epoch, group.seq)
  commit(group, now, answer)
  return { 'done', integer(now), answer }
end
