-- Mutes a user again that has come back, if its mute was kept: a second entry, `muted` by the service.

-- @param member the record of the active member; it becomes that of the muted one
-- @param is_muted, ends_at what take_kept_mute has returned
local function mute_again(group, user, member, is_muted, ends_at)
  if not is_muted then return end
  take_out(group, user, member)
  member.status = 'm'
  member.ends_at = ends_at
  put_in(group, user, member)
  append_event(group, now, {
    type = 'muted',
    user = user,
    actor = SERVICE,
    tail = ',"reason":"rejoined"' .. until_field('muted_until', ends_at),
  })
end
