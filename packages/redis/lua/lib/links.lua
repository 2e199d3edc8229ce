-- The invite links of a group: id → `<creator> <created_at> <ends_at> <max_uses> <uses>`; `-`: no end, or any number of
-- uses. The id is a digest of the code, so no code is stored. Needs `links_key`.

-- @return nil for a link that does not exist or has ended
local function link_of(text, now)
  if not text then return nil end
  local creator, created_at, ends_at, max_uses, uses = string.match(text, '^(%S+) (%d+) (%S+) (%S+) (%d+)$')
  local link = {
    creator = creator,
    created_at = tonumber(created_at),
    ends_at = tonumber(ends_at),
    max_uses = tonumber(max_uses),
    uses = tonumber(uses),
  }
  if link.ends_at and link.ends_at <= now then return nil end
  return link
end

local function find_link(id, now)
  return link_of(redis.call('HGET', links_key, id), now)
end

local function is_used_up(link)
  return link.max_uses ~= nil and link.uses >= link.max_uses
end

local function save_link(id, link)
  redis.call('HSET', links_key, id, string.format('%s %s %s %s %s', link.creator, integer(link.created_at),
    until_text(link.ends_at), link.max_uses and integer(link.max_uses) or '-', integer(link.uses)))
end

local function link_field(id)
  return ',"link_id":"' .. id .. '"'
end

-- @return the ids of the links that have ended or have no uses left
local function spent_links(now)
  local found = redis.call('HGETALL', links_key)
  local spent = {}
  for at = 1, #found, 2 do
    local link = link_of(found[at + 1], now)
    if not link or is_used_up(link) then spent[#spent + 1] = found[at] end
  end
  return spent
end
