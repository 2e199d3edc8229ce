-- Reads the field `sending` of a group, `<posting> <slow_mode_ms>`; empty or absent: every active member may send, any
-- number of messages. What follows these two words belongs to lib/retention. posting: m(embers), a(dmins), n(obody).

-- @return the letter of posting, and slow_mode_ms
local function sending_of(text)
  local posting, slow_mode_ms = string.match(text or '', '^(%l) (%d+)')
  return posting or 'm', tonumber(slow_mode_ms or 0)
end
