-- Messages that were taken down a short time ago. A script that moves a waiting entry asks for them, because the entry
-- may wait for scrub-outbox or scrub-letters. Needs `taken_down_key`.
-- @include copies

-- @return true if the entry has the text of a message that was taken down
local function is_taken_down(kind, wire)
  local message_id = message_in(kind, wire)
  return message_id ~= nil and redis.call('ZSCORE', taken_down_key, message_id) ~= false
end
