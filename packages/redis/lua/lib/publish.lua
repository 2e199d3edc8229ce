-- Payloads of a script for the nodes that host the group. Publishing is its last act.

local publications = {}

local function publish_entries()
  for _, payload in ipairs(publications) do redis.call('SPUBLISH', channel, payload) end
end
