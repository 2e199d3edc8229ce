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
local mute_survives_rejoin = ARGV[27]
local id_reserved_ms = ARGV[28]
local is_by_service = ARGV[29]
local request_ttl_ms = ARGV[30]
local shown = ARGV[31]
answer_scope = 'living'
-- @include change
-- @include change-entry
-- @include creation

if group then return refuse('already_exists') end
local reserved_until = is_by_service ~= '1' and id_reserved_until(now)
if reserved_until then return refuse('already_exists', reserved_until) end
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
  mute_survives_rejoin = mute_survives_rejoin,
  id_reserved_ms = id_reserved_ms,
  request_ttl_ms = request_ttl_ms,
}, shown)
