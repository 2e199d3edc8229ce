#!lua
-- Creates a group with its first admin.
-- @include change-header
-- @include state-keys
local group_type = ARGV[19]
local max_members = ARGV[20]
local is_ephemeral = ARGV[21]
local history = ARGV[22]
local metadata = ARGV[23]
local sending = ARGV[24]
local edit_window_ms = ARGV[25]
local accepts_needed = ARGV[26]
answer_scope = 'living'
-- @include change
-- @include change-entry
-- @include creation

if group then return refuse('already_exists') end
local limited = check_limits()
if limited then return limited end
return create({
  type = group_type,
  max_members = max_members,
  ephemeral = is_ephemeral,
  history = history,
  metadata = metadata,
  sending = sending,
  edit_window_ms = edit_window_ms,
  accepts_needed = accepts_needed,
})
