#!lua flags=no-writes
-- Reads the head of a log and a range of its entries at one instant. `from_seq` and `to_seq` are inclusive stream
-- ids; `-` is the first entry, `+` the last. The reply ends at `limit` entries, or before the entry that would exceed
-- `max_bytes`; the first entry is returned whatever its size.
local group_key = KEYS[1]
local log_key = KEYS[2]
local from_seq = ARGV[1]
local to_seq = ARGV[2]
local limit = ARGV[3]
local is_latest_first = ARGV[4]
local max_bytes = ARGV[5]
-- @include clock
-- @include head

local now = integer(clock_ms())
local field = redis.call('HMGET', group_key, 'epoch', 'seq', 'past', 'deleted')
if not field[1] then return { 'none', now } end

local reply = { 'found', now, head_words(field[1], field[2], field[3], field[4]) }
local left = tonumber(limit)
local bytes = 0
local low, high = from_seq, to_seq
while left > 0 do
  -- Pieces of 64 entries: if `max_bytes` ends a page of large entries early, few are read in vain.
  local piece = math.min(left, 64)
  local entries = is_latest_first == '1'
    and redis.call('XREVRANGE', log_key, high, low, 'COUNT', piece)
    or redis.call('XRANGE', log_key, low, high, 'COUNT', piece)
  for _, entry in ipairs(entries) do
    bytes = bytes + #entry[2][4]
    if bytes > tonumber(max_bytes) and #reply > 3 then return reply end
    reply[#reply + 1] = string.match(entry[1], '^%d+')
    reply[#reply + 1] = entry[2][2]
    reply[#reply + 1] = entry[2][4]
  end
  if #entries < piece then return reply end
  left = left - piece
  local last = '(' .. entries[piece][1]
  if is_latest_first == '1' then high = last else low = last end
end
return reply
