-- The fence of a partition: its lease reads `<node id> <token>` while somebody holds it, and is gone when nobody does.

-- To be asked before the first write of whatever the owner of a partition does. Who is not let through changes nothing.
-- @param token as text
-- @return whether this node holds the lease at this moment, under this very token
local function expect_lease(lease_key, node_id, token)
  return redis.call('GET', lease_key) == node_id .. ' ' .. token
end
