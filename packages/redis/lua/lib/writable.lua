-- Scripts have isolation but no rollback: everything that could make a write fail is checked before the first one.

local function expect_right(command, key)
  if not redis.acl_check_cmd(command, key) then error({ err = 'NOPERM ' .. command .. ' on ' .. key }) end
end

-- @param kind the type of the value, if the key exists
-- @param commands the writing commands of the script
local function expect_writable(key, kind, commands)
  local found = redis.call('TYPE', key).ok
  if found ~= kind and found ~= 'none' then error({ err = 'WRONGTYPE ' .. key .. ' is a ' .. found }) end
  for _, command in ipairs(commands) do expect_right(command, key) end
end
