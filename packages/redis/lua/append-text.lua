#!lua
-- Appends to an open message. The text is JSON without quotes, perhaps of several requests, which get the same answer; it is
-- empty only if the message is closed. The service closes a message whose time is over or whose author is gone.
-- @include message-header
local timed_key = KEYS[19]
local dedupe2_key = KEYS[20]
local dedupe3_key = KEYS[21]
local dedupe4_key = KEYS[22]
local dedupe5_key = KEYS[23]
local dedupe6_key = KEYS[24]
local dedupe7_key = KEYS[25]
local dedupe8_key = KEYS[26]
local dedupe9_key = KEYS[27]
local dedupe10_key = KEYS[28]
local dedupe11_key = KEYS[29]
local dedupe12_key = KEYS[30]
local text = ARGV[20]
local text_bytes = ARGV[21]
local is_done = ARGV[22]
local bytes_max = ARGV[23]
local idle_ms = ARGV[24]
-- The payload hashes of the requests besides the first one, each after a space.
local other_hashes = ARGV[25]
-- @include writable
expect_writable(timed_key, 'zset', { 'ZADD', 'ZREM' })
-- Before message-change, which may write.
local others = {}
local other_keys = { dedupe2_key, dedupe3_key, dedupe4_key, dedupe5_key, dedupe6_key, dedupe7_key, dedupe8_key, dedupe9_key,
  dedupe10_key, dedupe11_key, dedupe12_key }
for hash in string.gmatch(other_hashes, '%S+') do
  local key = other_keys[#others + 1]
  expect_writable(key, 'string', { 'SET' })
  others[#others + 1] = { key = key, hash = hash }
end
-- @include message-change
-- @include timed

-- A chunk of this size or more takes no more text: so an append writes little, however long the message is.
local CHUNK_BYTES = 2048

for _, other in ipairs(others) do
  if redis.call('GET', other.key) then return refuse('conflict') end
end
if not group then return refuse('group_not_found') end
local member
if actor ~= SERVICE then
  local refused
  refused, member = refusal_of_sender()
  if refused then return refused end
end
local message = find_message()
if actor == SERVICE then
  if not message then return refuse('message_not_found') end
elseif not is_readable(message, member) then
  return refuse('message_not_found')
elseif message.author ~= actor then
  return refuse('not_author')
end

-- @return true if the author is in the group since the message was sent
local function is_author_here()
  local author = find_member(message.author, now)
  return author ~= nil and author.status ~= 'p' and tonumber(author.since_seq) <= tonumber(target_seq)
end

local state = state_of(message)
local is_open = state.kind == 'o' and not state.is_deleted
if actor == SERVICE then
  if not is_open then return refuse('message_closed') end
  local closes_at = tonumber(redis.call('ZSCORE', timed_key, OPEN_PREFIX .. message_id) or 0)
  if closes_at > now and is_author_here() then return unchanged(state, {}) end
elseif not is_open or not is_author_here() then
  return refuse('message_closed')
end

local chunks, bytes = string.match(state.text, '^(%d+) (%d+)$')
chunks, bytes = tonumber(chunks), bytes + text_bytes
if bytes > tonumber(bytes_max) then return refuse('message_too_large', tonumber(bytes_max)) end
local limited = check_message_limits(false)
if limited then return limited end

-- @return where the text is: `<chunk> <first byte> <last byte>`; empty for no text
local function store_text()
  if text == '' then return '' end
  local chunk = chunks > 0 and redis.call('HGET', present_key, chunk_field(target_seq, chunks))
  if not chunk or #chunk >= CHUNK_BYTES then
    chunks, chunk = chunks + 1, ''
  end
  redis.call('HSET', present_key, chunk_field(target_seq, chunks), chunk .. text)
  return integer(chunks) .. ' ' .. integer(#chunk + 1) .. ' ' .. integer(#chunk + #text)
end

-- @return the whole text in JSON, for the archive; nil if the log no longer has how it began
local function whole_text()
  if not message.fields then return nil end
  local pieces = {}
  for number = 1, chunks do pieces[number] = redis.call('HGET', present_key, chunk_field(target_seq, number)) end
  return string.sub(message.fields.message, 1, -2) .. table.concat(pieces) .. '"'
end

local place = store_text()
state.text = integer(chunks) .. ' ' .. integer(bytes)
state.kind = is_done == '1' and 'f' or 'o'
local expires_at = message.fields and message.fields.expires_at
local whole = is_done == '1' and whole_text()
append_change({
  type = 'appended',
  place = place,
  tail = (expires_at and ',"expires_at":' .. expires_at or '') .. (is_done == '1' and ',"done":true' or ''),
  live_tail = text ~= '' and ',"text":"' .. text .. '"' or '',
  outbox_tail = whole and ',"message":' .. whole or '',
})
if is_done == '1' then
  redis.call('ZREM', timed_key, OPEN_PREFIX .. message_id)
else
  add_timed(timed_key, due_key, OPEN_PREFIX .. message_id, now + idle_ms)
end
local result = { count = bytes }
for _, other in ipairs(others) do
  redis.call('SET', other.key, other.hash .. ' ' .. answer_of(result, group.epoch, group.seq), 'PX', remember_ms)
end
return done(result, state)
