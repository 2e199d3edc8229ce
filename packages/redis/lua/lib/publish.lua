-- Collects the payloads that a script publishes to the nodes that host the group. Publishing is the script's last
-- step.

local publications = {}

local function publish_entries()
  for _, payload in ipairs(publications) do redis.call('SPUBLISH', channel, payload) end
end
