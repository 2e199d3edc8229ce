#!lua flags=no-writes
-- Reads a group, the head of its log and the record of one user at one instant. `user_id` may be empty. `due` counts
-- the mutes that are due but not ended yet, `expired` such requests to join. A user without a record may have an invite.
local group_key = KEYS[1]
local members_key = KEYS[2]
local mutes_key = KEYS[3]
local log_key = KEYS[4]
local slow_key = KEYS[5]
local invites_key = KEYS[6]
local present_key = KEYS[7]
local user_id = ARGV[1]
-- @include clock
-- @include head
-- @include last-sent

local now = clock_ms()
local field = redis.call('HMGET', group_key, 'epoch', 'seq', 'past', 'deleted', 'type', 'created',
  'active', 'pending', 'muted', 'admins', 'next_due', 'max_members', 'ephemeral', 'history', 'metadata',
  'sending', 'edit_window_ms', 'moderators', 'accepts_needed', 'changes_due',
  'mute_survives_rejoin', 'id_reserved_ms', 'levels', 'request_ttl_ms')
if not field[1] then return { 'none', integer(now) } end

local next_due = tonumber(field[11])
local due, expired = 0, 0
if next_due and next_due <= now then
  for _, user in ipairs(redis.call('ZRANGE', mutes_key, '-inf', integer(now), 'BYSCORE')) do
    -- A user that came back after its request had ended may be listed by an end that it has no longer.
    local status, ends_at = string.match(redis.call('HGET', members_key, user) or '', '^(%l) .* (%S+)$')
    local has_ended = ends_at and tonumber(ends_at) and tonumber(ends_at) <= now
    if has_ended and status == 'm' then due = due + 1 end
    if has_ended and status == 'p' then expired = expired + 1 end
  end
end
local record = user_id ~= '' and redis.call('HGET', members_key, user_id) or ''
local sending = field[16] or ''
local sent_at = sending ~= '' and user_id ~= '' and last_sent(user_id)
local has_none = record == '' or string.sub(record, 1, 2) == 'x '
local invite = user_id ~= '' and has_none and redis.call('HGET', invites_key, user_id) or ''

local epoch, seq, past, oldest_seq, is_deleted = head_words(field[1], field[2], field[3], field[4], field[20], sending)
return {
  'found', integer(now), epoch, seq, past, oldest_seq, is_deleted,
  field[5], field[6], field[7], field[8], field[9], field[10], integer(due),
  field[12], field[13], field[14], field[15], sending, field[17] or '', sent_at and integer(sent_at) or '',
  field[18] or '0', record, invite, field[19] or '', field[21] or '', field[22] or '', field[23] and '1' or '0',
  field[24] or '', integer(expired),
}
