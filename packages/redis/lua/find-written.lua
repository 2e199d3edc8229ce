#!lua flags=no-writes
-- Finds what a user wrote in a part of a log: its messages, and what it edited or appended of a message that has left the log. The reply is the
-- seq after which the next part begins, empty after the last part, and then the epoch and the seq of each message.
local group_key = KEYS[1]
local log_key = KEYS[2]
local present_key = KEYS[3]
local group_id = ARGV[1]
local user_id = ARGV[2]
local after_seq = ARGV[3]
local limit = ARGV[4]
-- @include clock

local now = integer(clock_ms())
local field = redis.call('HMGET', group_key, 'type', 'deleted')
if not field[1] or field[2] then return { 'found', now, '' } end

-- A text of a user cannot have this: JSON puts a backslash before each of its quotation marks.
local author = '","success":true,"result":{"group_id":"' .. group_id .. '","from_user_id":"' .. user_id .. '",'
local entries = redis.call('XRANGE', log_key, '(' .. after_seq .. '-0', '+', 'COUNT', limit)
local reply = { 'found', now, '' }

local is_added = {}
local function add(epoch, seq)
  if is_added[seq] then return end
  is_added[seq] = true
  reply[#reply + 1], reply[#reply + 2] = epoch, seq
end

local function look_at(seq, kind, wire, target)
  if kind == 'm' and string.find(wire, author, 1, true) then
    add(string.match(string.sub(wire, -200), '"epoch":"([^"]+)","seq":%d+}}$'), seq)
  elseif kind == 'c' and target then
    local record = redis.call('HGET', present_key, target) or ''
    local epoch, sender = string.match(record, '^[paof] (%S+) (%S+) ')
    local id = target .. '-0'
    if sender == user_id and not redis.call('XRANGE', log_key, id, id)[1] then add(epoch, target) end
  end
end

for _, entry in ipairs(entries) do
  local found = entry[2]
  look_at(string.match(entry[1], '^%d+'), found[2], found[4], found[8])
end
if #entries == tonumber(limit) then reply[3] = string.match(entries[#entries][1], '^%d+') end
return reply
