-- The fence of a partition: the value of its lease is `<node id> <token>`; without an owner there is no lease.

-- Call it before the first write of an owner's script; on false the script must change nothing.
-- Example: node A gets token 5, pauses longer than its lease, and node B gets token 6. A script of A with token 5
-- changes nothing.
-- @param token as text
-- @return true when this node holds the lease now, under this token
local function expect_lease(lease_key, node_id, token)
  return redis.call('GET', lease_key) == node_id .. ' ' .. token
end
