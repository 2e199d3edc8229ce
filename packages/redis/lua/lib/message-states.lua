-- The present states of changed messages. Needs `log_key`, `present_key`, `changed_key`, `reactors_key`,
-- `mentions_key` and `history_max_age_ms`.
-- `present` is a hash: seq of the message → its record, lines of text:
-- 1. `<p(resent)|a(rchived)|o(pen)|f(inished)|d(eleted)> <epoch> <author> <state epoch> <state seq> <edits> <edited at, ms, or 0>`. `state` is the
--    newest change that the record includes. The log needs the record as long as it has that entry. `archived`: the message was
--    edited after the log had lost it, and the archive alone has its reactions.
-- 2. JSON of the edited text, 3. of its metadata, 4. of its mentions; each is empty if no edit gave it. For a deleted
--    message, line 2 is its tombstone: the entry as it is read from now on.
--    For a message that is open, or was until it was finished, line 2 is `<chunks> <bytes>` of the text that was appended:
--    the chunks are JSON texts without quotes in the fields `<seq>:<number>`, from 1.
-- 5. and more: the reactions, each `<count>\t<what is compared>\t<as it is shown>`, all JSON strings. A line with the
--    count 0 is free. The place of a reaction is its line, from 0.
-- `changed` is a ZSET of the same seqs by `state seq`. `reactors` is a ZSET of `<seq> <place> <user>` with score 0; seq and
-- place are padded with zeros.
-- JSON texts contain neither line breaks nor tabs.
-- @include mentions

local REACTORS_DROPPED_AT_ONCE = 500

local function lines_of(text)
  local lines = {}
  for line in string.gmatch(text .. '\n', '([^\n]*)\n') do lines[#lines + 1] = line end
  return lines
end

-- @return nil if the message was never changed
local function read_state(seq)
  local text = redis.call('HGET', present_key, seq)
  if not text then return nil end
  local lines = lines_of(text)
  local kind, epoch, author, state_epoch, state_seq, edits, edited_at =
    string.match(lines[1], '^(%l) (%S+) (%S+) (%S+) (%d+) (%d+) (%d+)$')
  local state = {
    is_deleted = kind == 'd',
    kind = kind,
    epoch = epoch,
    author = author,
    state_epoch = state_epoch,
    state_seq = tonumber(state_seq),
    edits = tonumber(edits),
    edited_at = tonumber(edited_at),
    text = lines[2],
    metadata = lines[3] or '',
    mentions = lines[4] or '',
    reactions = {},
  }
  for at = 5, #lines do
    local count, name, shown = string.match(lines[at], '^(%d+)\t([^\t]*)\t([^\t]*)$')
    state.reactions[at - 4] = { count = tonumber(count), name = name, shown = shown }
  end
  return state
end

-- Stores the state after a change whose entry is `seq` of `epoch`.
local function save_state(target, state, epoch, seq)
  local lines = {
    string.format('%s %s %s %s %d %d %d', state.is_deleted and 'd' or state.kind, state.epoch, state.author, epoch, seq,
      state.edits, state.edited_at),
    state.text,
  }
  if not state.is_deleted then
    lines[3], lines[4] = state.metadata, state.mentions
    for at, reaction in ipairs(state.reactions) do
      lines[at + 4] = reaction.count > 0 and integer(reaction.count) .. '\t' .. reaction.name .. '\t' .. reaction.shown
        or '0\t\t'
    end
  end
  redis.call('HSET', present_key, target, table.concat(lines, '\n'))
  redis.call('ZADD', changed_key, integer(seq), target)
end

local function chunk_field(target, number)
  return target .. ':' .. integer(number)
end

-- @param record as it is stored, or nil
-- @return the number of its chunks, and the bytes that were appended; nil if nothing could be appended ever
local function chunks_in(record)
  local chunks, bytes = string.match(record or '', '^[of] [^\n]*\n(%d+) (%d+)')
  return tonumber(chunks), tonumber(bytes)
end

-- Removes what was appended to a message. Must come before its state is saved.
local function drop_appended(target)
  local chunks = chunks_in(redis.call('HGET', present_key, target)) or 0
  for number = 1, chunks do redis.call('HDEL', present_key, chunk_field(target, number)) end
end

local function reactor_prefix(seq, place)
  return string.format('%016d %02d ', seq, place)
end

-- Removes at most 500 reactors of a message.
-- @return true if none is left
local function drop_reactors(seq)
  local padded = string.format('%016d', seq)
  local found = redis.call('ZRANGEBYLEX', reactors_key, '[' .. padded .. ' ', '(' .. padded .. '!', 'LIMIT', 0,
    REACTORS_DROPPED_AT_ONCE)
  if #found > 0 then redis.call('ZREM', reactors_key, unpack(found)) end
  return #found < REACTORS_DROPPED_AT_ONCE
end

-- Removes the states that the log no longer needs, at most `limit`: so memory is bounded by the retention of the log.
-- @return true if all of them are removed
local function drop_unneeded(group, limit)
  local first = redis.call('XRANGE', log_key, '-', '+', 'COUNT', 1)[1]
  local oldest = first and string.match(first[1], '^%d+') or integer(group.seq + 1)
  local unneeded = redis.call('ZRANGE', changed_key, '-inf', '(' .. oldest, 'BYSCORE', 'LIMIT', 0, limit)
  for _, seq in ipairs(unneeded) do
    if not drop_reactors(seq) then return false end
    drop_appended(seq)
    redis.call('HDEL', present_key, seq)
    redis.call('ZREM', changed_key, seq)
  end
  return #unneeded < limit
end

-- Extends the lifetime of the states and of the mentions beyond that of the log. The group is due again before they
-- expire, and end-due-mutes extends it then, as long as there is a log.
local function renew_states(group, now)
  local lasts_ms = integer(3 * history_max_age_ms)
  for _, key in ipairs({ present_key, changed_key, reactors_key, mentions_key }) do redis.call('PEXPIRE', key, lasts_ms) end
  if group.changes_due and now < group.changes_due then return end
  group.changes_due = now + tonumber(history_max_age_ms)
  group.next_due = math.min(group.next_due or group.changes_due, group.changes_due)
  redis.call('HSET', group_key, 'changes_due', integer(group.changes_due))
end
