#!lua flags=no-writes
-- Reads the invite links of a group, and what a user may see of the group before it joins by one. `link_id` is empty for
-- all links, else the id of one.
local group_key = KEYS[1]
local links_key = KEYS[2]
local link_id = ARGV[1]
-- @include clock

local now = integer(clock_ms())
local field = redis.call('HMGET', group_key, 'type', 'deleted', 'active', 'muted', 'metadata')
if not field[1] or field[2] then return { 'none', now } end
local reply = { 'found', now, field[1], integer(field[3] + field[4]), field[5] }
if link_id ~= '' then
  local record = redis.call('HGET', links_key, link_id)
  if record then reply[6], reply[7] = link_id, record end
  return reply
end
for _, word in ipairs(redis.call('HGETALL', links_key)) do reply[#reply + 1] = word end
return reply
