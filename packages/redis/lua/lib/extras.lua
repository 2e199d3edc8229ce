-- What a message has besides its text, if the script has to check it: the message to which it replies, the users whom it
-- mentions, and the time after which it is taken down. Most messages have nothing of this, and cost nothing here.

-- Of the message whose mentions are noted.
local mentions_key
-- @include references
-- @include mentions
-- @include timed

local TIMESTAMP_FIELD = '"timestamp":"'
-- A message brings at most 100 members of the set, so more old ones are removed than new ones come.
local OLD_PER_MESSAGE = 100

-- The keys of a message follow each other: `due`, then `mentions` if it replies or mentions, then `timed` if it expires
-- or is open.
-- @param text `<number of the message in the batch> <m if it replies or mentions, else -> <ms until it expires, or ->
-- <ms until it is closed, if it is open, or -> <reply_to or nothing> <users, each after a space>`
-- @param at the place before its first key
-- @return the extra, and the place of its last key
local function extra_from(text, at)
  local number, kind, ms, open_ms, reply_to, users = string.match(text, '^(%d+) ([m-]) (%S+) (%S+) (%S*)(.*)$')
  local extra = { number = tonumber(number), reply_to = reply_to, users = users, expires_in_ms = tonumber(ms), added = '' }
  extra.open_ms = tonumber(open_ms)
  at = at + 1
  extra.due_key = KEYS[at]
  if kind == 'm' then
    at = at + 1
    extra.mentions_key = KEYS[at]
  end
  if extra.expires_in_ms or extra.open_ms then
    at = at + 1
    extra.timed_key = KEYS[at]
  end
  return extra, at
end

-- @param first the place of the first argument of extras
-- @param at the place before their first key
-- @return the extras, and the number of keys with theirs; -1 for an argument of another form
local function read_extras(first, at)
  local extras = {}
  for place = first, #ARGV do
    extras[#extras + 1], at = extra_from(ARGV[place], at)
    if not extras[#extras].number then return {}, -1 end
  end
  return extras, at
end

-- Adds to the wire head what was found, before its timestamp. All checks of what `add_mentions` and `add_timed` write come
-- here.
-- @return the code of a refusal, or nil
local function check_extra(now, extra)
  local found = resolve_references(now, extra)
  if not found then return 'message_not_found' end
  extra.added, extra.mentioned, extra.answer = found.fields, found.mentioned, ' ' .. found.words
  if extra.mentioned[1] then
    expect_writable(extra.mentions_key, 'zset', { 'ZADD', 'ZREM', 'PEXPIRE' })
    expect_writable(extra.due_key, 'zset', { 'ZADD' })
  end
  if extra.timed_key then expect_timed_writable(extra.timed_key, extra.due_key) end
  if extra.open_ms then extra.added = extra.added .. '"open":true,' end
  if extra.expires_in_ms then
    extra.expires_at = now + extra.expires_in_ms
    extra.added = extra.added .. '"expires_at":"' .. iso_time(extra.expires_at) .. '",'
  end
  wire_head = string.sub(wire_head, 1, -#TIMESTAMP_FIELD - 1) .. extra.added .. TIMESTAMP_FIELD
  return nil
end

-- Notes the mentions of the present message, which is in the log with this seq, and removes some of those whose message
-- the log no longer has. They outlive the log: the group is due before they expire, and end-due-mutes extends their
-- lifetime then, as that of the states of changed messages.
local function add_mentions(extra, seq, group, now)
  if not extra.mentioned[1] then return end
  mentions_key = extra.mentions_key
  local field = redis.call('HMGET', group_key, 'created', 'changes_due')
  add_mentions_of(field[1], seq, extra.mentioned)
  drop_old_mentions(OLD_PER_MESSAGE)
  redis.call('PEXPIRE', mentions_key, integer(3 * history_max_age_ms))
  if field[2] and now < tonumber(field[2]) then return end
  local due = now + tonumber(history_max_age_ms)
  redis.call('HSET', group_key, 'changes_due', integer(due))
  local next_due = tonumber(group.next_due)
  if next_due and next_due <= due then return end
  group.next_due = due
  redis.call('HSET', group_key, 'next_due', integer(due))
  redis.call('ZADD', extra.due_key, integer(due), group_id)
end

-- Notes what waits for the end of the present message, and its mentions.
local function add_extra(extra, epoch, seq, group, now)
  add_mentions(extra, seq, group, now)
  if extra.open_ms then
    add_timed(extra.timed_key, extra.due_key, OPEN_PREFIX .. epoch .. '-' .. integer(seq), now + extra.open_ms)
  end
  if extra.expires_at then
    add_timed(extra.timed_key, extra.due_key, epoch .. '-' .. integer(seq), extra.expires_at)
  end
end
