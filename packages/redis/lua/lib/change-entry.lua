-- Appends the entry that records a change, and formats its optional fields.

local function reason_field(reason)
  return reason ~= '' and ',"reason":' .. reason or ''
end

local ROLE_NAMES = { a = 'admin', o = 'moderator', m = 'member' }

local function roles_field(member)
  return ',"roles":["' .. ROLE_NAMES[member.role] .. '"]'
end

local function until_field(name, ends_at)
  return ends_at and ',"' .. name .. '":"' .. iso_time(ends_at) .. '"' or ''
end

-- @param for_ms empty for a mute or ban without an end
local function end_of(for_ms)
  if for_ms == '' then return nil end
  return now + tonumber(for_ms)
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
