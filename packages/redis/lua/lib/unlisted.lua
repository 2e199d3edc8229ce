-- Joins and leaves that are no entries: those of plain members in a group whose setting `membership_events` is `counts`.
-- They are numbered by `members_version` and published to the nodes on the group's channel, in order with the entries.

-- Whether a join or leave of this user is no entry. The end of an application is one.
local function is_unlisted(member)
  return are_joins_counted and member.role == 'm' and member.status ~= 'p'
end

-- A place between the last entry and the next one that no other user has.
local function unlisted_place(group)
  return string.format('%s.%06d3', integer(group.seq), (members_version + 1) % 1000000)
end

-- Nodes take it as a change behind the entry `group.seq`. Stock servers have no socket in that room.
-- @param event { type, user, actor, tail? } as for append_event, after the change
-- @return the seq of the last entry
local function note_unlisted(group, now, event)
  begin_change(group)
  members_version = members_version + 1
  local sending = string.gsub(redis.call('HGET', group_key, 'sending'), '%d+$', integer(members_version))
  redis.call('HSET', group_key, 'sending', sending)
  local uid = 's ' .. uid_head(group.epoch, group.seq, group.active + group.muted, now) .. event.actor .. ' '
  publications[#publications + 1] = '{"uid":"plenum1 ' .. uid
    .. '","nsp":"/","type":3,"data":{"packet":{"type":2,"data":["group_event",' .. wire_of(group, now, event)
    .. '],"nsp":"/"},"opts":{"rooms":["' .. room .. '$nodes"],"except":[],"flags":{"v":' .. integer(members_version)
    .. '}}}}'
  return group.seq
end
