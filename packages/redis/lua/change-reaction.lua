#!lua
-- Puts a reaction of a user on a message, or with `is_put` 0 takes it away. `reaction` and `reaction_key` are JSON
-- strings: as the user gave it, and as it is compared.
-- @include message-header
local is_put = ARGV[20]
local reaction = ARGV[21]
local reaction_key = ARGV[22]
local reactions_max = ARGV[23]
local own_reactions_max = ARGV[24]
-- @include message-change

if not group then return refuse('group_not_found') end
local refused, member = refusal_of_sender()
if refused then return refused end
local message = find_message()
if not is_readable(message, member) then return refuse('message_not_found') end

local state = state_of(message)

-- @return the line of the reaction, or nil; the first free line; and the number of different reactions
local function find_reaction()
  local found, free, different = nil, nil, 0
  for at, known in ipairs(state.reactions) do
    if known.count == 0 then
      free = free or at
    else
      different = different + 1
      if known.name == reaction_key then found = at end
    end
  end
  return found, free or #state.reactions + 1, different
end

-- @return true if the user has put the reaction of that line on the message
local function has_reacted(at)
  return redis.call('ZSCORE', reactors_key, reactor_prefix(target_seq, at - 1) .. actor) ~= false
end

local function own_count()
  local count = 0
  for at, known in ipairs(state.reactions) do
    if known.count > 0 and has_reacted(at) then count = count + 1 end
  end
  return count
end

local found, free, different = find_reaction()
local had_put = found ~= nil and has_reacted(found)
local wants_put = is_put == '1'
if wants_put and not had_put then
  if own_count() >= tonumber(own_reactions_max) then return refuse('too_many_reactions', tonumber(own_reactions_max)) end
  if not found and different >= tonumber(reactions_max) then return refuse('too_many_reactions', tonumber(reactions_max)) end
end
local limited = check_message_limits(wants_put == had_put)
if limited then return limited end
if wants_put == had_put then return unchanged(state, { count = found and state.reactions[found].count or 0 }) end

local at = found or free
local known = found and state.reactions[found] or { count = 0, name = reaction_key, shown = reaction }
known.count = known.count + (wants_put and 1 or -1)
state.reactions[at] = known
redis.call(wants_put and 'ZADD' or 'ZREM', reactors_key,
  unpack(wants_put and { 0, reactor_prefix(target_seq, at - 1) .. actor } or { reactor_prefix(target_seq, at - 1) .. actor }))
append_change({
  type = wants_put and 'reacted' or 'unreacted',
  tail = ',"reaction":' .. known.shown .. ',"count":' .. integer(known.count),
})
return done({ count = known.count }, state)
