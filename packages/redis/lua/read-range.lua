#!lua flags=no-writes
-- The head of a log and some of its entries, at one instant. `from_seq` and `to_seq` are inclusive stream ids, `-` or `+`.
local group_key = KEYS[1]
local log_key = KEYS[2]
local from_seq = ARGV[1]
local to_seq = ARGV[2]
local limit = ARGV[3]
local is_latest_first = ARGV[4]
-- @include clock
-- @include head

local now = integer(clock_ms())
local field = redis.call('HMGET', group_key, 'epoch', 'seq', 'past', 'deleted')
if not field[1] then return { 'none', now } end

local reply = { 'found', now, head_words(field[1], field[2], field[3], field[4]) }
local entries = is_latest_first == '1'
  and redis.call('XREVRANGE', log_key, to_seq, from_seq, 'COUNT', limit)
  or redis.call('XRANGE', log_key, from_seq, to_seq, 'COUNT', limit)
for _, entry in ipairs(entries) do
  reply[#reply + 1] = string.match(entry[1], '^%d+')
  reply[#reply + 1] = entry[2][2]
  reply[#reply + 1] = entry[2][4]
end
return reply
