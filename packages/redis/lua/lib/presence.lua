-- Who is online, as it is told: pushes in the envelope of the Socket.IO adapter, which our nodes know by their `uid`.
-- @include publish

-- Groups as large as this are told how many are online, not who.
local COUNTS_ONLY_FROM = 500

local function tell_ephemeral(event, fields)
  publications[#publications + 1] = '{"uid":"plenum1 ephemeral","nsp":"/","type":3,"data":{"packet":{"type":2,"data":["'
    .. event .. '",{"group_id":"' .. group_id .. '"' .. fields
    .. '}],"nsp":"/"},"opts":{"rooms":["' .. room .. '"],"except":[],"flags":{"volatile":true}}}}'
end

-- @param turns list of { user, is_online }: those who have just turned
local function tell_presence(receivers_count, turns)
  if #turns == 0 then return end
  local count_field = ',"count":' .. redis.call('HLEN', on_key)
  if receivers_count >= COUNTS_ONLY_FROM then
    tell_ephemeral('presence_changed', count_field)
    return
  end
  for _, turn in ipairs(turns) do
    local online_field = ',"online":' .. tostring(turn.is_online)
    tell_ephemeral('presence_changed', ',"user_id":"' .. turn.user .. '"' .. online_field .. count_field)
  end
end
