#!lua
-- Changes the settings of a group. An empty argument keeps the stored value; `null` removes it.
-- @include change-header
local max_members = ARGV[19]
local history = ARGV[20]
local metadata = ARGV[21]
-- @include change
-- @include change-entry

if not group then return refuse('group_not_found') end
if not acts_as_admin() then return refuse('not_admin') end
local limited = check_limits()
if limited then return limited end

local changes = {}
-- @param json the value as the entry `updated` shows it
local function set(name, value, json)
  if value == '' then return end
  changes[#changes + 1] = '"' .. name .. '":' .. json
  redis.call('HSET', group_key, name, value == 'null' and '' or value)
end
set('max_members', max_members, max_members)
set('history', history, '"' .. history .. '"')
set('metadata', metadata, metadata)
local seq = record_change('updated', ',"changes":{' .. table.concat(changes, ',') .. '}')
return done(find_member(actor, now), seq)
