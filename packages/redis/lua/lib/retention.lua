-- How much of its log a group keeps: what the service keeps, or less if the field `sending` of the group has
-- `<max_entries> <max_age_ms>`; `-`: as the service. Sets `history_max_entries` and `history_max_age_ms`, which begin as
-- those of the service. The last word of the field is `c<version>` where joins and leaves are no entries, `a<version>`
-- where they are entries again: `members_version` is the number of those that were none, and one more.
-- @include log-bounds

local service_max_entries, service_max_age_ms = tonumber(history_max_entries), tonumber(history_max_age_ms)
local is_of_service = true

-- How many entries one entry removes by their age: more than one, so that their number falls.
local OLD_PER_ENTRY = 8

-- Must be called before an entry of another group is appended, and after a change of the field.
-- @param sending the field; nil or empty: nothing is less than the service keeps
local function use_retention(sending)
  local entries, age, letter, version
  if sending and #sending > 3 then
    entries, age, letter, version = string.match(sending, '^%l %d+ (%S+) (%S+) ?(%l?)(%d*)$')
  end
  if not entries and is_of_service then return end
  members_version, are_joins_counted = tonumber(version), letter == 'c'
  local max_entries = tonumber(entries)
  own_max_age_ms = tonumber(age)
  if own_max_age_ms and own_max_age_ms >= service_max_age_ms then own_max_age_ms = nil end
  history_max_entries = max_entries and math.min(max_entries, service_max_entries) or service_max_entries
  history_max_age_ms = own_max_age_ms or service_max_age_ms
  trim_mark = max_entries and '=' or '~'
  is_of_service = not entries
end

-- Removes the oldest entries that are older than the group keeps them, at most `limit`. An imported message has a time
-- of its own, and counts by it.
local function drop_by_age(now, limit)
  if not own_max_age_ms then return end
  local oldest_kept = iso_time(now - own_max_age_ms)
  local first_kept
  for _, entry in ipairs(redis.call('XRANGE', log_key, '-', '+', 'COUNT', limit + 1)) do
    -- The text and the metadata of a message come before its time, those of other entries after theirs.
    local time = string.match(entry[2][4], (entry[2][2] == 'm' and '.*' or '') .. '"timestamp":"([^"]+)"')
    first_kept = entry[1]
    -- Times of one form are ordered as their texts.
    if not time or time >= oldest_kept then break end
  end
  if first_kept then redis.call('XTRIM', log_key, 'MINID', first_kept) end
end
