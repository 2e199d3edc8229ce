-- Keys of many partitions in one script. In a Cluster, KEYS may have keys of one slot only; the keys of other slots
-- follow in ARGV, and the flag `allow-cross-slot-keys` lets the script use those that this server has.

local function has_failed(reply)
  return type(reply) == 'table' and reply.err ~= nil
end

-- @param args the number of arguments before the further keys
-- @return a function that returns the key at an index, from 1, and the number of keys
local function many_keys(args)
  local function key_at(index)
    return KEYS[index] or ARGV[args + index - #KEYS]
  end
  return key_at, #KEYS + #ARGV - args
end
