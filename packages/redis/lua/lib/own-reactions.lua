-- Which reactions of a message are by the reading user. Needs `reactors_key` and `user_id`.

-- @param record of a message: see message-states
-- @return one digit per line of the reactions, 1 if the user is among them; empty if there are none or no user
local function own_reactions(seq, record)
  if user_id == '' or string.sub(record, 1, 1) == 'd' then return '' end
  local prefix = string.format('%016d ', seq)
  -- The reactions begin at the fifth line of the record.
  local reactors, line = {}, 0
  for _ in string.gmatch(record, '\n[^\n]*') do
    if line >= 3 then reactors[line - 2] = prefix .. string.format('%02d ', line - 3) .. user_id end
    line = line + 1
  end
  if #reactors == 0 then return '' end
  local scores = redis.call('ZMSCORE', reactors_key, unpack(reactors))
  for at, score in ipairs(scores) do scores[at] = score and '1' or '0' end
  return table.concat(scores)
end
