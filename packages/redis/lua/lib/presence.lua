-- Queues pushes that are not entries (presence, typing) in the JSON of Socket.IO's sharded adapter. Our nodes
-- recognize them by their `uid`.
-- @include publish

-- Groups with at least this many receivers get the number of online users, not their ids.
-- @constant PRESENCE_COUNTS_ONLY_FROM

-- @param version the members version of the group, where joins and leaves are no entries
local function queue_ephemeral(event, fields, version)
  local flags = version and ',"v":' .. version or ''
  publications[#publications + 1] = '{"uid":"plenum1 ephemeral","nsp":"/","type":3,"data":{"packet":{"type":2,"data":["'
    .. event .. '",{"group_id":"' .. group_id .. '"' .. fields
    .. '}],"nsp":"/"},"opts":{"rooms":["' .. room .. '"],"except":[],"flags":{"volatile":true' .. flags .. '}}}}'
end

-- @param transitions a list of { user, is_online }
local function queue_presence(receivers_count, transitions)
  if #transitions == 0 then return end
  local count_field = ',"count":' .. redis.call('HLEN', on_key)
  if receivers_count >= PRESENCE_COUNTS_ONLY_FROM then
    queue_ephemeral('presence_changed', count_field)
    return
  end
  for _, transition in ipairs(transitions) do
    local online_field = ',"online":' .. tostring(transition.is_online)
    queue_ephemeral('presence_changed', ',"user_id":"' .. transition.user .. '"' .. online_field .. count_field)
  end
end
