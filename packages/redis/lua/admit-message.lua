#!lua
-- Judges a message as append-message will, before somebody slow is asked about it: a repeated one gets the first answer,
-- and the sender pays his token here if the rate is limited. Writes nothing else, and needs append-message's verdict too.
local group_key = KEYS[1]
local members_key = KEYS[2]
local dedupe_key = KEYS[3]
local bucket_key = KEYS[4]
local sender_id = ARGV[1]
local payload_hash = ARGV[2]
local deadline_ms = ARGV[3]
local is_settled = ARGV[4]
local is_rate_limited = ARGV[5]
local rate_per_sec = ARGV[6]
local rate_burst = ARGV[7]
-- @include clock
-- @include member
-- @include dedupe
-- @include bucket
-- @include writable

local now = clock_ms()

local repeated = recall(now)
if repeated then return repeated end
if now > tonumber(deadline_ms) then return { 'late', integer(now) } end

-- @param detail ms: when a mute ends, or after how long to try again
local function refuse(code, detail)
  return { 'refused', integer(now), code, detail and integer(detail) or '' }
end

local field = redis.call('HMGET', group_key, 'deleted', 'epoch', 'next_due')
if not field[2] or field[1] then return refuse('group_not_found') end
local next_due = tonumber(field[3])
if next_due and next_due <= now and is_settled == '0' then return { 'due', integer(now) } end
local sender, is_banned = find_member(sender_id, now)
if is_banned then return refuse('banned') end
if not sender then return refuse('not_a_member') end
if sender.status == 'p' then return refuse('pending_membership') end
if sender.status == 'm' then return refuse('muted', sender.ends_at) end
if is_rate_limited == '1' then
  local charge, retry_after_ms = draw(now)
  if not charge then return refuse('rate_limited', retry_after_ms) end
  expect_right('SET', bucket_key)
  charge()
end
return { 'admitted', integer(now) }
