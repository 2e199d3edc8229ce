#!lua flags=no-writes
-- Lists the users that reacted to a message, by reaction and then by user: `place user` each, after the reactions
-- themselves as they are shown, one per place. An empty `reaction_key` lists all reactions. The page begins after
-- `after`, `<place> <user>` of the last row, or is empty.
local log_key = KEYS[1]
local present_key = KEYS[2]
local reactors_key = KEYS[3]
local message_epoch = ARGV[1]
local target_seq = ARGV[2]
local reaction_key = ARGV[3]
local after = ARGV[4]
local limit = ARGV[5]
-- @include clock
-- @include json
-- @include message-states

local now = integer(clock_ms())
local id = target_seq .. '-0'
local entry = redis.call('XRANGE', log_key, id, id)[1]
if not entry or entry[2][2] ~= 'm' then return { 'none', now } end
local fields = json_fields(json_fields(entry[2][4]).result)
if unquoted(fields.message_id) ~= message_epoch .. '-' .. target_seq then return { 'none', now } end
local state = read_state(target_seq)
if not state then return { 'found', now, '0' } end

local first, last = 0, #state.reactions - 1
for at, reaction in ipairs(state.reactions) do
  if reaction.count > 0 and reaction.name == reaction_key then first, last = at - 1, at - 1 end
end
local has_reaction = reaction_key == '' or (state.reactions[first + 1] or {}).name == reaction_key
local reply = { 'found', now, integer(#state.reactions) }
for _, reaction in ipairs(state.reactions) do reply[#reply + 1] = reaction.shown end
if not has_reaction or last < 0 then return reply end

local from = after ~= '' and '(' .. string.format('%016d ', target_seq) .. after or '[' .. reactor_prefix(target_seq, first)
local found = redis.call('ZRANGEBYLEX', reactors_key, from, '(' .. reactor_prefix(target_seq, last) .. '\255', 'LIMIT', 0, limit)
for _, reactor in ipairs(found) do
  local place, user = string.match(reactor, '^%d+ (%d+) (%S+)$')
  reply[#reply + 1] = place
  reply[#reply + 1] = user
end
return reply
