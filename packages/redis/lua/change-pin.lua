#!lua
-- Pins a message, or with `is_pinned` 0 unpins it. Pins are no state of the message: they change no record of it.
-- @include message-header
local is_pinned = ARGV[20]
local pins_max = ARGV[21]
-- @include message-change
-- @include pins

if not group then return refuse('group_not_found') end
local member = actor ~= SERVICE and find_member(actor, now) or nil
if actor ~= SERVICE and not is_moderator(member) then
  return refuse(group.moderators > 0 and 'not_moderator' or 'not_admin')
end
local message = find_message()
if not is_readable(message, member) then return refuse('message_not_found') end

local pins = kept_pins()
local others = without_pin(pins, message_id)
local was_pinned = #others < #pins
local wants_pin = is_pinned == '1'
if wants_pin and not was_pinned and #pins >= tonumber(pins_max) then return refuse('too_many_pins', tonumber(pins_max)) end
local limited = check_message_limits(wants_pin == was_pinned)
if limited then return limited end
if wants_pin == was_pinned then return unchanged(state_of(message), {}) end

if wants_pin then others[#others + 1] = { text = message_id .. ',' .. actor .. ',' .. integer(now) } end
save_pins(others)
append_change({ type = wants_pin and 'pinned' or 'unpinned' })
return done({})
