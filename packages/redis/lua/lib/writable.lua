-- Checks, before the first write of a script, everything that could make a write fail: scripts have isolation but no
-- rollback.

local function expect_right(command, key)
  if not redis.acl_check_cmd(command, key) then error({ err = 'NOPERM ' .. command .. ' on ' .. key }) end
end

-- @param kind the type that the value must have if the key exists
-- @param commands the commands with which the script writes the key
local function expect_writable(key, kind, commands)
  local found = redis.call('TYPE', key).ok
  if found ~= kind and found ~= 'none' then error({ err = 'WRONGTYPE ' .. key .. ' is a ' .. found }) end
  for _, command in ipairs(commands) do expect_right(command, key) end
end
