-- The entry that records the change itself; texts come from Node as JSON and are spliced in as they are.

local function reason_field(reason)
  return reason ~= '' and ',"reason":' .. reason or ''
end

-- @return the seq of the entry
local function record_change(type, tail)
  return append_event(group, now, {
    type = type,
    user = user_id,
    actor = actor,
    request_id = request_id,
    tail = tail,
  })
end
