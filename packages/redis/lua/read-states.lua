#!lua flags=no-writes
-- Reads what is known of messages that were read from an archive, which may show them in an earlier state. Replies of each
-- message of which something is known: its id, and `t` with its tombstone, as in lib/tombstones; or `c` with its record, as in
-- lib/message-states, and which of its reactions are by `user_id`, as digits; empty for no user.
local present_key = KEYS[1]
local reactors_key = KEYS[2]
local tombstones_key = KEYS[3]
local user_id = ARGV[1]
-- Ids, each after a space.
local message_ids = ARGV[2]
-- @include clock
-- @include own-reactions

local ids, seqs = {}, {}
for id, seq in string.gmatch(message_ids, '(%S+%-(%d+))') do
  ids[#ids + 1], seqs[#seqs + 1] = id, seq
end
local reply = { 'found', integer(clock_ms()) }
if #ids == 0 then return reply end

local function add(id, kind, text, own)
  local size = #reply
  reply[size + 1], reply[size + 2], reply[size + 3], reply[size + 4] = id, kind, text, own
end

local tombstones = redis.call('HMGET', tombstones_key, unpack(ids))
local records = redis.call('HMGET', present_key, unpack(seqs))
for at, id in ipairs(ids) do
  local record = records[at] or ''
  local epoch = string.match(record, '^%l (%S+) ')
  if tombstones[at] then
    add(id, 't', tombstones[at], '')
  elseif epoch and epoch .. '-' .. seqs[at] == id then
    add(id, 'c', record, own_reactions(seqs[at], record))
  end
end
return reply
