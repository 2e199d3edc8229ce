#!lua
-- Replaces the text of a message. The text is JSON, as are `metadata` and `mentions`; `metadata` is empty if it stays.
-- `mentions`: users, each after a space; empty if they stay. The log gets an entry without the text: the text is in the
-- state of the message only, so that a take-down finds all of it.
-- @include message-header
local tombstones_key = KEYS[19]
local text = ARGV[20]
local metadata = ARGV[21]
local mentions = ARGV[22]
local edit_window_ms = ARGV[23]
-- Of a message that the log has lost. `?`: an archive may have it. Else what the archive shows of it: `<through seq> <edits>
-- <edited at, ms, or 0> <epoch and seq of its state> <JSON { from_user_id, timestamp, message, metadata?, mentions?, expires_at? }>`.
-- Empty: no archive can be read.
local archived = ARGV[24]
-- @include writable
expect_writable(tombstones_key, 'hash', {})
-- @include message-change
-- @include lost-messages

if not group then return refuse('group_not_found') end
local refused, member = refusal_of_sender()
if refused then return refused end
-- @param known the message if a change of it is in the log still
-- @return the message with the text that the archive shows; nil if the log has lost changes since the archive was read
local function with_archived(known)
  local through, edits, edited_at, epoch, seq, json = string.match(archived, '^(%d+) (%d+) (%d+) (%S+) (%d+) (.*)$')
  local fields = json_fields(json)
  if known then
    known.fields = fields
    return known
  end
  if first_in_log() - 1 > tonumber(through) then return nil end
  local author = unquoted(fields.from_user_id)
  local state = {
    epoch = message_epoch,
    author = author,
    kind = 'a',
    state_epoch = epoch,
    state_seq = tonumber(seq),
    edits = tonumber(edits),
    edited_at = tonumber(edited_at),
    reactions = {},
  }
  return { state = state, fields = fields, author = author, is_archived = true }
end

local message = find_message()
local is_lost = (not message or not message.fields and not message.state.is_deleted) and is_below_log() and is_of_this_group()
if is_lost and archived ~= '' and not redis.call('HGET', tombstones_key, message_id) then
  if archived ~= '?' then message = with_archived(message) end
  if archived == '?' or not message then return below_log(false) end
end
if not is_readable(message, member) then return refuse('message_not_found') end
if message.author ~= actor then return refuse('not_author') end
-- Empty or absent: the group has the default.
local stored_window_ms = redis.call('HGET', group_key, 'edit_window_ms') or ''
local window_ms = tonumber(stored_window_ms ~= '' and stored_window_ms or edit_window_ms)
if now - ms_of(unquoted(message.fields.timestamp)) > window_ms or window_ms == 0 then return refuse('edit_window_over') end

local state = state_of(message)
-- The text of the present state is in `fields`: as it was sent, or as the archive shows it.
local is_first = state.edits == 0 or message.is_archived
local old = {
  text = is_first and message.fields.message or state.text,
  metadata = is_first and (message.fields.metadata or '') or state.metadata,
  mentions = is_first and (message.fields.mentions or '') or state.mentions,
}

-- Users without JSON, because `mentioned` gives that.
local receivers = {}

-- @return JSON of the mentioned users that receive, empty if there is none; and the others, each after a comma
local function mentioned()
  if mentions == '' then return old.mentions, '' end
  local kept, dropped = {}, ''
  for user in string.gmatch(mentions, '%S+') do
    local receiver = find_member(user, now)
    if receiver and receiver.status ~= 'p' then
      kept[#kept + 1] = '"' .. user .. '"'
      receivers[#receivers + 1] = user
    else
      dropped = dropped .. ',' .. user
    end
  end
  return #kept > 0 and '[' .. table.concat(kept, ',') .. ']' or '', dropped
end

local new_mentions, dropped = mentioned()
local new_metadata = metadata ~= '' and metadata or old.metadata
local result = { dropped = dropped ~= '' and dropped or nil }
local is_unchanged = (state.kind == 'p' or state.kind == 'a') and text == old.text and new_metadata == old.metadata and new_mentions == old.mentions
local limited = check_message_limits(is_unchanged)
if limited then return limited end
if is_unchanged then
  result.edits, result.edited_at = state.edits, state.edited_at
  return unchanged(state, result)
end

if new_mentions ~= old.mentions then
  local created = redis.call('HGET', group_key, 'created')
  drop_mentions_of(created, target_seq)
  -- Unread mentions are counted in messages of the log.
  if receivers[1] and not is_lost then add_mentions_of(created, target_seq, receivers) end
end
local expires_at = message.fields.expires_at
-- An edit replaces what was appended, and closes the message.
drop_appended(target_seq)
state.kind = state.kind == 'a' and 'a' or 'p'
state.text, state.metadata, state.mentions = text, new_metadata, new_mentions
state.edits, state.edited_at = state.edits + 1, now
append_change({
  type = 'edited',
  tail = (expires_at and ',"expires_at":' .. expires_at or '') .. ',"edits":' .. integer(state.edits),
  live_tail = ',"message":' .. text .. (new_metadata ~= '' and ',"metadata":' .. new_metadata or '')
    .. (new_mentions ~= '' and ',"mentions":' .. new_mentions or ''),
})
result.edits, result.edited_at = state.edits, state.edited_at
return done(result, state)
