-- Scripts have isolation, but no rollback: what could make a write fail is found out before the first one.

local function expect_right(command, key)
  if not redis.acl_check_cmd(command, key) then error({ err = 'NOPERM ' .. command .. ' on ' .. key }) end
end

-- @param kind of value, if the key exists at all
-- @param commands that the script may want to write with
local function expect_writable(key, kind, commands)
  local found = redis.call('TYPE', key).ok
  if found ~= kind and found ~= 'none' then error({ err = 'WRONGTYPE ' .. key .. ' is a ' .. found }) end
  for _, command in ipairs(commands) do expect_right(command, key) end
end
