-- The mentions of a group, so that a user's unread ones are counted without reading messages. Each is two members of one
-- sorted set with the score 0: `u <created> <user> <seq>` to count, `s <created> <seq> <user>` to find those whose
-- message the log no longer has. `created` is the time of the group, so a mention in an earlier group with the same id
-- counts for none.

-- The part of a member before its seq.
local function of_user(created, user)
  return 'u ' .. created .. ' ' .. user .. ' '
end

local function padded(seq)
  return string.format('%016d', seq)
end
