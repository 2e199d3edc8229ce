#!lua flags=no-writes
-- Reads the read mark of a receiver, and how many messages come after it.
local group_key = KEYS[1]
local members_key = KEYS[2]
local log_key = KEYS[3]
local reads_key = KEYS[4]
local user_id = ARGV[1]
-- @include clock
-- @include member
-- @include read-marks

local now = clock_ms()
local field = redis.call('HMGET', group_key, 'seq', 'events', 'deleted')
local member = field[1] and not field[3] and find_member(user_id, now)
if not member or member.status == 'p' then return { 'none', integer(now) } end
local head_messages = tonumber(field[1]) - tonumber(field[2] or 0)
local read_seq, messages = read_mark(user_id, member, head_messages)
return { 'found', integer(now), integer(read_seq), integer(head_messages - messages) }
