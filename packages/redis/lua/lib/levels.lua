-- The notification level of a member is in the hash of the read marks, because it ends with them: `<user> level` →
-- `<m(entions)|n(one)> <end, ms, or ->`. The level `all` has no field, and an id contains no space.

local function level_field(user)
  return user .. ' level'
end
