-- Copies of messages, of their edits and of finished texts that wait for the adapters: in the outbox, the retries and the dead letters.

-- @return the id of the message whose text the entry has, or nil
local function message_in(kind, wire)
  if kind == 'm' then
    return string.match(string.sub(wire, -200), '"message_id":"([^"]+)","epoch":"[^"]+","seq":%d+}}$')
  end
  if kind ~= 'c' then return nil end
  return string.match(wire, '^{"group_id":"[^"]*","type":"edited","message_id":"([^"]+)".-,"edits":%d+,"message":')
    or string.match(wire, '^{"group_id":"[^"]*","type":"appended","message_id":"([^"]+)".-,"done":true,"message":')
end

-- An edit keeps its place in the archived log when its message is taken down, so only its text is removed.
local function edit_without_text(wire)
  return (string.match(wire, '^.-,"edits":%d+') or string.match(wire, '^.-,"done":true')) .. ',"deleted":true}'
end
