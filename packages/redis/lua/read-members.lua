#!lua flags=no-writes
-- Reads a page of members in the order of their places. A place never changes during a membership. The cost depends
-- on the size of the page, not on that of the group.
-- Each row has a user, its place, its record, and the JSON text of an applicant's note (empty if there is none).
-- `after` is the last place of the previous page; `lists` is `receivers`, `pending` or `all`.
local group_key = KEYS[1]
local members_key = KEYS[2]
local receivers_key = KEYS[3]
local pending_key = KEYS[4]
local applications_key = KEYS[5]
local after = ARGV[1]
local lists = ARGV[2]
local limit = ARGV[3]
-- @include clock

local now = integer(clock_ms())
local field = redis.call('HMGET', group_key, 'type', 'deleted')
if not field[1] or field[2] then return { 'none', now } end

local function page_of(key)
  return redis.call('ZRANGE', key, '(' .. after, '+inf', 'BYSCORE', 'LIMIT', 0, limit, 'WITHSCORES')
end

local receivers = lists == 'pending' and {} or page_of(receivers_key)
local pending = lists == 'receivers' and {} or page_of(pending_key)

local reply = { 'found', now }
local from_receivers, from_pending = 1, 1
while #reply < 2 + 4 * limit and (receivers[from_receivers] or pending[from_pending]) do
  local receiver_place = tonumber(receivers[from_receivers + 1] or math.huge)
  local user, place, note
  if receiver_place < tonumber(pending[from_pending + 1] or math.huge) then
    user, place = receivers[from_receivers], receivers[from_receivers + 1]
    from_receivers = from_receivers + 2
  else
    user, place = pending[from_pending], pending[from_pending + 1]
    from_pending = from_pending + 2
    note = redis.call('HGET', applications_key, user)
  end
  reply[#reply + 1] = user
  reply[#reply + 1] = place
  reply[#reply + 1] = redis.call('HGET', members_key, user)
  reply[#reply + 1] = note or ''
end
return reply
