-- Reads the fields of a JSON object without decoding them, from text that JSON.stringify wrote: an entry is taken apart
-- and put together again byte for byte.

-- @return the place behind the string that begins at `at`
local function behind_string(text, at)
  at = at + 1
  while true do
    local found = string.find(text, '["\\]', at)
    if string.byte(text, found) == 34 then return found + 1 end
    at = found + 2
  end
end

-- @return the place behind the value that begins at `at`
local function behind_value(text, at)
  local first = string.sub(text, at, at)
  if first == '"' then return behind_string(text, at) end
  if first ~= '{' and first ~= '[' then return string.find(text, '[,}%]]', at) end
  local depth = 0
  while true do
    at = string.find(text, '["{}%[%]]', at)
    local mark = string.sub(text, at, at)
    if mark == '"' then
      at = behind_string(text, at)
    else
      depth = depth + ((mark == '{' or mark == '[') and 1 or -1)
      at = at + 1
      if depth == 0 then return at end
    end
  end
end

-- @param text an object whose names need no escapes
-- @return name → JSON text of the value
local function json_fields(text)
  local fields, at = {}, 2
  while true do
    local _, name_end, name = string.find(text, '^"([^"\\]*)":', at)
    if not name then return fields end
    local behind = behind_value(text, name_end + 1)
    fields[name] = string.sub(text, name_end + 1, behind - 1)
    at = behind + 1
  end
end

-- @return the text between the quotes of a JSON string without escapes
local function unquoted(json) return string.sub(json, 2, -2) end
