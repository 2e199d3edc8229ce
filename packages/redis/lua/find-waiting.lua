#!lua flags=no-writes
-- Finds the copy of a message that waits for the archive: in a part of the outbox, in the retries, and in a part of the dead
-- letters. Replies its wire text, empty if none is found, and after which ids the next parts begin; empty ones mean that all is
-- read. `from_id` empty or `after_letter` `-`: the outbox or the dead letters are not read.
local outbox_key = KEYS[1]
local retrying_key = KEYS[2]
local dead_letters_key = KEYS[3]
local dead_letters_by_group_key = KEYS[4]
local group_id = ARGV[1]
local message_id = ARGV[2]
local from_id = ARGV[3]
local after_letter = ARGV[4]
local limit = ARGV[5]
-- @include clock
-- @include letters
-- @include copies

local now = integer(clock_ms())
local found = ''

-- @param values names and values of an entry of a stream
local function look_at(values)
  local field = {}
  for at = 1, #values, 2 do field[values[at]] = values[at + 1] end
  local is_meant = field.g == group_id and field.k == 'm' and message_in('m', field.w or '') == message_id
  if is_meant then found = field.w end
end

local next_id = ''
if from_id ~= '' then
  local entries = redis.call('XRANGE', outbox_key, from_id, '+', 'COUNT', limit)
  for _, entry in ipairs(entries) do look_at(entry[2]) end
  if #entries == tonumber(limit) then next_id = '(' .. entries[#entries][1] end
end

local record = redis.call('HGET', retrying_key, message_id)
found = string.match(record or '', '^%d+ %S+ %S+ m (.*)$') or found

local next_letter = ''
if after_letter ~= '-' then
  local from = after_letter == '' and '[' .. group_id .. ' ' or '(' .. group_id .. ' ' .. after_letter
  local letters = redis.call('ZRANGEBYLEX', dead_letters_by_group_key, from, '(' .. group_id .. '!', 'LIMIT', 0, limit)
  for at, member in ipairs(letters) do
    letters[at] = string.sub(member, #group_id + 2)
    local place = place_in(letters[at])
    local letter = redis.call('XRANGE', dead_letters_key, place, place)[1]
    if letter then look_at(letter[2]) end
  end
  if #letters == tonumber(limit) then next_letter = letters[#letters] end
end
return { 'found', now, found, next_id, next_letter }
