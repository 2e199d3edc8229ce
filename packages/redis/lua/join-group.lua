#!lua
-- Adds a user to a group: a public group takes it at once, a private one as an applicant; the service, and an invite or a
-- link whose inviter could accept the user now, admit it to any. Where more accepts are needed, such an invite is the
-- first. If there is no group, a join without a link may create one. `note` is the JSON text of what an applicant writes to those
-- who may accept it; empty if it writes nothing.
-- @include change-header
-- @include state-keys
local is_ensured = ARGV[19]
local is_admitted = ARGV[20]
local pending_max = ARGV[21]
local creates_public = ARGV[22]
local requests_max = ARGV[23]
local note = ARGV[24]
local link_id = ARGV[25]
local may_create = creates_public ~= '0' and is_admitted ~= '1' and link_id == ''
if may_create then answer_scope = 'living' end
-- @include change
-- @include change-entry
-- @include creation
-- @include accepts
-- @include invites
-- @include mute-again
-- @include links
-- @include unlisted

if not group and may_create and redis.call('HGET', group_key, 'closed') ~= '1' and not id_reserved_until(now) then
  if creates_public == 'full' then return { 'groups_full', integer(now) } end
  local limited = check_limits()
  if limited then return limited end
  return create({
    type = 'public', max_members = '', ephemeral = '0', history = 'all', metadata = '', sending = '', edit_window_ms = '', accepts_needed = '', request_ttl_ms = '',
  }, ',"group_type":"public"')
end
local link = group and link_id ~= '' and find_link(link_id, now)
if link_id ~= '' and not link then return refuse('invite_not_found') end
if not group then return refuse('group_not_found') end
local member, is_banned, banned_until = find_member(user_id, now)
if is_banned then return refuse('banned', banned_until) end

if member and is_ensured == '1' then
  if group.has_ended_mutes then commit(group, now) end
  return { 'duplicate', integer(now), describe(member) .. ' ' .. group.epoch .. ' ' .. integer(group.seq) }
end

local function could_accept(one)
  return one and not refusal_of_acceptor(group, one, now)
end
local inviter = find_invite(user_id, now)
if link and not could_accept(inviter) then inviter = link.creator end
local is_endorsed = not member and could_accept(inviter)
local is_invited = is_endorsed and (inviter == SERVICE or accepts_needed() == 1)
local is_direct = group.type == 'public' or is_admitted == '1' or is_invited
local may_ask_again = not is_direct and member ~= nil and member.status == 'm'
if member and (link or not may_ask_again) then return refuse('already_member') end
if link and is_used_up(link) then return refuse('invite_used_up') end
if not member and is_full(group) then return refuse('group_full') end
if not member and not is_direct and group.pending >= tonumber(pending_max) then return refuse('group_full') end
if not is_direct and requests_max ~= '' then return refuse('limit_reached', tonumber(requests_max)) end
local limited = check_limits()
if limited then return limited end

redis.call('HDEL', invites_key, user_id)
local by_link = ''
if link then
  link.uses = link.uses + 1
  save_link(link_id, link)
  by_link = link_field(link_id)
end
if is_direct then
  local is_first = group.type == 'public' and group.active == 0
  local joiner = { status = 'a', role = is_first and 'a' or 'm', joined_at = now, since_seq = group.seq + 1 }
  local is_muted, ends_at = take_kept_mute(user_id, now)
  if is_unlisted(joiner) and not is_muted then
    joiner.place = unlisted_place(group)
    put_in(group, user_id, joiner)
    -- In the answer it has the place of the end of a mute.
    joiner.progress = '@' .. integer(joiner.since_seq)
    return done(joiner, note_unlisted(group, now, { type = 'joined', user = user_id, actor = actor, tail = by_link }))
  end
  put_in(group, user_id, joiner)
  local seq = record_change('joined', (is_first and roles_field(joiner) or '') .. by_link)
  mute_again(group, user_id, joiner, is_muted, ends_at)
  return done(joiner, seq)
end

if member then
  keep_mute(group, user_id, member)
  take_out(group, user_id, member)
  forget_receiver(group, user_id)
end
local ttl_ms = tonumber(redis.call('HGET', group_key, 'request_ttl_ms') or '')
local applicant = {
  status = 'p',
  role = member and member.role or 'm',
  joined_at = now,
  since_seq = group.seq + 1,
  ends_at = ttl_ms and now + ttl_ms,
  place = member and member.place,
}
put_in(group, user_id, applicant)
if is_endorsed then save_accepts(user_id, { inviter }) end
if note ~= '' then redis.call('HSET', applications_key, user_id, note) end
return done(applicant, record_change('requested', (note ~= '' and ',"note":' .. note or '') .. by_link))
