#!lua
-- Adds users to a group and removes others, for the service. Each user is judged by itself, additions first, and the
-- users that nothing refuses are one entry `members_changed`, except those whose join is no entry.
-- `added` has for each user `<user>;<status>;<role>`, `removed` the users; both are separated by spaces.
-- @include change-header
local added = ARGV[19]
local removed = ARGV[20]
local pending_max = ARGV[21]
-- @include change
-- @include change-entry
-- @include unlisted

local STATUS_NAME = { a = 'active', p = 'pending', m = 'muted' }

if not group then return refuse('group_not_found') end

local additions, removals, users = {}, {}, {}
for user, status, role in string.gmatch(added, '(%S+);(%l);(%l)') do
  additions[#additions + 1] = { user = user, status = status, role = role }
  users[#users + 1] = user
end
for user in string.gmatch(removed, '%S+') do
  removals[#removals + 1] = user
  users[#users + 1] = user
end
end_due_mutes(group, now, users)
local limited = check_limits()
if limited then return limited end

-- The answer for each user: `<status><role>` of an added one, and `u` if its join is no entry; `x` for a removed one, `!<code>`
-- or `!banned:<ms>`.
local answers = {}
local changes = {}
local has_unlisted = false

-- @return the code of the refusal, and its detail; or nil
local function refusal_of_addition(addition)
  if addition.status == 'm' and group.type ~= 'strict_private' then return 'not_strict_private' end
  if addition.status == 'p' and group.type == 'public' then return 'invalid_args' end
  local member, is_banned, banned_until = find_member(addition.user, now)
  if is_banned then return 'banned', banned_until end
  if member then return 'already_member' end
  if is_full(group) then return 'group_full' end
  if addition.status == 'p' and group.pending >= tonumber(pending_max) then return 'group_full' end
  return nil
end

local function add(index, addition)
  local code, detail = refusal_of_addition(addition)
  if code then return '!' .. code .. (detail and ':' .. integer(detail) or '') end
  local is_first = group.type == 'public' and group.active == 0
  local member = {
    status = addition.status,
    role = is_first and 'a' or addition.role,
    joined_at = now,
    since_seq = group.seq + 1,
    -- Places of one entry differ, and none is above its seq.
    place = string.format('%.7f', group.seq + index / 128),
  }
  local is_muted, ends_at = take_kept_mute(addition.user, now)
  if is_muted and member.status == 'a' and member.role ~= 'a' then
    member.status = 'm'
    member.ends_at = ends_at
  end
  local is_entry = not is_unlisted(member) or member.status ~= 'a'
  if not is_entry then member.place = unlisted_place(group) end
  put_in(group, addition.user, member)
  redis.call('HDEL', invites_key, addition.user)
  if not is_entry then
    note_unlisted(group, now, { type = 'joined', user = addition.user, actor = SERVICE })
    has_unlisted = true
    return member.status .. member.role .. 'u'
  end
  changes[#changes + 1] = '{"user_id":"' .. addition.user .. '","status":"' .. STATUS_NAME[member.status] .. '"'
    .. roles_field(member) .. '}'
  return member.status .. member.role
end

local offline = {}

local function remove(user)
  local member = find_member(user, now)
  if not member then return '!user_not_in_group' end
  if is_last_admin(group, member) then return '!last_admin' end
  keep_mute(group, user, member)
  take_out(group, user, member)
  redis.call('HDEL', members_key, user)
  make_open_due(group)
  if drop_receiver(user) then offline[#offline + 1] = { user = user, is_online = false } end
  changes[#changes + 1] = '{"user_id":"' .. user .. '","status":"none"}'
  return 'x'
end

for index, addition in ipairs(additions) do answers[#answers + 1] = add(index, addition) end
for _, user in ipairs(removals) do answers[#answers + 1] = remove(user) end

local words = table.concat(answers, ',')
if #changes == 0 and not has_unlisted then
  if group.has_ended_mutes then commit(group, now) end
  return { 'done', integer(now), words .. ' ' .. group.epoch .. ' ' .. integer(group.seq) }
end
queue_presence(receivers_count(group), offline)
local seq = group.seq
if #changes > 0 then seq = record_change('members_changed', ',"members":[' .. table.concat(changes, ',') .. ']') end
local answer = words .. ' ' .. group.epoch .. ' ' .. integer(seq)
commit(group, now, answer)
return { 'done', integer(now), answer }
