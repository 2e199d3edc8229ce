-- The pinned messages of a group: the field `pins` of its hash, words `<message id>,<actor>,<ms>`, the first pinned
-- first. Needs `log_key`.

local function read_pins()
  local pins = {}
  for text, id in string.gmatch(redis.call('HGET', group_key, 'pins') or '', '(([^, ]+),%S+)') do
    pins[#pins + 1] = { text = text, id = id }
  end
  return pins
end

local function without_pin(pins, id)
  local kept = {}
  for _, pin in ipairs(pins) do
    if pin.id ~= id then kept[#kept + 1] = pin end
  end
  return kept
end

local function save_pins(pins)
  local texts = {}
  for at, pin in ipairs(pins) do texts[at] = pin.text end
  if #texts > 0 then
    redis.call('HSET', group_key, 'pins', table.concat(texts, ' '))
  else
    redis.call('HDEL', group_key, 'pins')
  end
end

-- @return the pins of messages that the log still has
local function kept_pins()
  local first = redis.call('XRANGE', log_key, '-', '+', 'COUNT', 1)[1]
  if not first then return {} end
  local oldest_seq = tonumber(string.match(first[1], '^%d+'))
  local kept = {}
  for _, pin in ipairs(read_pins()) do
    if tonumber(string.match(pin.id, '(%d+)$')) >= oldest_seq then kept[#kept + 1] = pin end
  end
  return kept
end
