#!lua
-- Replaces the text of a message. The text is JSON, as are `metadata` and `mentions`; `metadata` is empty if it stays.
-- `mentions`: users, each after a space; empty if they stay. The log gets an entry without the text: the text is in the
-- state of the message only, so that a take-down finds all of it.
-- @include message-header
local text = ARGV[20]
local metadata = ARGV[21]
local mentions = ARGV[22]
local edit_window_ms = ARGV[23]
-- @include message-change

if not group then return refuse('group_not_found') end
local refused, member = refusal_of_sender()
if refused then return refused end
local message = find_message()
if not is_readable(message, member) then return refuse('message_not_found') end
if message.author ~= actor then return refuse('not_author') end
-- Empty or absent: the group has the default.
local stored_window_ms = redis.call('HGET', group_key, 'edit_window_ms') or ''
local window_ms = tonumber(stored_window_ms ~= '' and stored_window_ms or edit_window_ms)
if now - ms_of(unquoted(message.fields.timestamp)) > window_ms or window_ms == 0 then return refuse('edit_window_over') end

local state = state_of(message)
local is_first = state.edits == 0
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
local is_unchanged = state.kind == 'p' and text == old.text and new_metadata == old.metadata and new_mentions == old.mentions
local limited = check_message_limits(is_unchanged)
if limited then return limited end
if is_unchanged then
  result.edits, result.edited_at = state.edits, state.edited_at
  return unchanged(state, result)
end

if new_mentions ~= old.mentions then
  local created = redis.call('HGET', group_key, 'created')
  drop_mentions_of(created, target_seq)
  if receivers[1] then add_mentions_of(created, target_seq, receivers) end
end
local expires_at = message.fields.expires_at
-- An edit replaces what was appended, and closes the message.
drop_appended(target_seq)
state.kind = 'p'
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
