-- Copies of messages and of their edits that wait for the adapters: in the outbox, the retries and the dead letters.

-- @return the id of the message whose text the entry has, or nil
local function message_in(kind, wire)
  if kind == 'm' then
    return string.match(string.sub(wire, -200), '"message_id":"([^"]+)","epoch":"[^"]+","seq":%d+}}$')
  end
  if kind == 'c' then return string.match(wire, '^{"group_id":"[^"]*","type":"edited","message_id":"([^"]+)"') end
  return nil
end
