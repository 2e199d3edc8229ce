-- Removes a member that leaves. If it was the last admin, the active member with the longest membership becomes
-- admin. A private or strict_private group without such a member is deleted.
-- @include removal
-- @include unlisted

local PAGE = 50

-- Finds the active member with the smallest since_seq. Receivers are ordered by place, and a place is never higher
-- than the since_seq of its user: so the search ends at the first place above the best since_seq so far. Muted members
-- are skipped.
-- @return id and record of the active member with the smallest since_seq, or nil
local function find_successor(group, now)
  if group.active == 0 then return nil end
  local successor, best
  for first = 0, receivers_count(group) - 1, PAGE do
    local users = redis.call('ZRANGE', receivers_key, first, first + PAGE - 1, 'WITHSCORES')
    for at = 1, #users, 2 do
      if best and tonumber(users[at + 1]) > tonumber(best.since_seq) then return successor, best end
      local candidate = find_member(users[at], now)
      local is_older = not best or tonumber(candidate.since_seq) < tonumber(best.since_seq)
      if candidate.status == 'a' and is_older then successor, best = users[at], candidate end
    end
  end
  return successor, best
end

-- @param leaver { user, member }
-- @param event the fields of the entry `left`
-- @return the seq of `left`, or of the last entry if there is none
local function depart(group, now, leaver, event)
  local needs_successor = is_last_admin(group, leaver.member)
  local record = is_unlisted(leaver.member) and note_unlisted or append_event
  remove_member(group, leaver.user, leaver.member)
  local seq = record(group, now, event)
  if not needs_successor then return seq end
  local successor, member = find_successor(group, now)
  if successor then
    give_role(group, successor, member, 'a')
    append_event(group, now, { type = 'promoted', user = successor, actor = SERVICE, tail = ',"roles":["admin"]' })
  elseif group.type ~= 'public' then
    append_event(group, now, { type = 'deleted', user = SERVICE, actor = SERVICE })
    leave_tombstone(group, now)
  end
  return seq
end
