#!lua
-- Creates a group with its first admin.
-- @include change-header
local group_type = ARGV[14]
local max_members = ARGV[15]
local is_ephemeral = ARGV[16]
local history = ARGV[17]
local metadata = ARGV[18]
-- @include change
-- @include change-entry
-- @include creation

if group then return refuse('already_exists') end
return create({
  type = group_type,
  max_members = max_members,
  ephemeral = is_ephemeral,
  history = history,
  metadata = metadata,
})
