-- The fence of a partition. The value of its lease is `<node id> <token>`; a partition without an owner has no lease.

-- Checks that the calling node still owns the partition. An owner's script calls this before its first write, and
-- changes nothing if the result is false.
-- Example: node A gets token 5, pauses longer than its lease, and node B gets token 6. A script of A with token 5
-- changes nothing.
-- @param token the fencing token, as text
-- @return true if this node holds the lease now, under this token
local function expect_lease(lease_key, node_id, token)
  return redis.call('GET', lease_key) == node_id .. ' ' .. token
end
