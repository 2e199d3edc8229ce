-- The members version in the field `sending` of a group, whose last word is `c<version>` or `a<version>`: see lib/retention.

-- @return its digits; nil: every join and leave of the group was an entry
local function members_version_in(sending)
  return sending and string.match(sending, ' %l(%d+)$')
end
