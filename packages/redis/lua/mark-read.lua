#!lua
-- Raises the read mark of a member to `seq`, at most to the head of the log. Only with `may_fall` 1 a mark goes back, at
-- most to where the user became a receiver. An empty `epoch`
-- means the current epoch. A seq of a past epoch counts at most up to the end of that epoch; a seq of an unknown
-- epoch belongs to another log and changes nothing.
local group_key = KEYS[1]
local members_key = KEYS[2]
local log_key = KEYS[3]
local reads_key = KEYS[4]
local user_id = ARGV[1]
local seq = ARGV[2]
local epoch = ARGV[3]
local may_fall = ARGV[4]
-- @include clock
-- @include member
-- @include read-marks
-- @include writable

local now = clock_ms()

local function refuse(code, detail)
  return { 'refused', integer(now), code, detail and integer(detail) or '' }
end

local field = redis.call('HMGET', group_key, 'seq', 'events', 'deleted', 'epoch', 'past')
if not field[1] or field[3] then return refuse('group_not_found') end
local member, is_banned, banned_until = find_member(user_id, now)
if is_banned then return refuse('banned', banned_until) end
if not member then return refuse('not_a_member') end
if member.status == 'p' then return refuse('pending_membership') end
expect_writable(reads_key, 'hash', { 'HSET' })

local head_seq = tonumber(field[1])
local head_messages = head_seq - tonumber(field[2] or 0)
local read_seq, messages = read_mark(user_id, member, head_seq, head_messages)

-- @return the last seq of that epoch in this log, or nil
local function end_of_epoch()
  if epoch == '' or epoch == field[4] then return head_seq end
  for past_epoch, end_seq in string.gmatch(field[5] or '', '([^:,]+):(%d+)') do
    if past_epoch == epoch then return tonumber(end_seq) end
  end
  return nil
end

local last_seq = end_of_epoch()
local marked_seq = last_seq and math.min(tonumber(seq), last_seq) or read_seq
if may_fall == '1' then
  marked_seq = math.max(marked_seq, first_mark(member, head_seq))
else
  marked_seq = math.max(marked_seq, read_seq)
end
local move = marked_seq > read_seq and '1' or marked_seq < read_seq and '-1' or '0'
if move ~= '0' then
  read_seq = marked_seq
  messages = messages_until(read_seq, head_messages)
  redis.call('HSET', reads_key, user_id, integer(read_seq) .. ' ' .. integer(messages))
end
return {
  'marked', integer(now), integer(read_seq), integer(head_messages - messages), field[4], move,
}
