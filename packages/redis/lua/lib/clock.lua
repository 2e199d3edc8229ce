-- Reads Redis' clock, and formats numbers and times: Lua itself prints only 14 digits of a number.

local function integer(number)
  return string.format('%d', number)
end

-- Redis' time in ms. Two calls in one script may differ, so every script calls it once.
local function clock_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- ISO-8601 UTC with milliseconds, as Date.toISOString writes it for years 0 to 9999.
-- The civil date of a day number: http://howardhinnant.github.io/date_algorithms.html#civil_from_days
local function iso_time(ms)
  local floor = math.floor
  local rest = ms % 86400000
  local from_march_0 = (ms - rest) / 86400000 + 719468
  local day_of_era = from_march_0 % 146097
  local era = (from_march_0 - day_of_era) / 146097
  local year_of_era =
    floor((day_of_era - floor(day_of_era / 1460) + floor(day_of_era / 36524) - floor(day_of_era / 146096)) / 365)
  local day_of_year = day_of_era - (365 * year_of_era + floor(year_of_era / 4) - floor(year_of_era / 100))
  local month_from_march = floor((5 * day_of_year + 2) / 153)
  local day = day_of_year - floor((153 * month_from_march + 2) / 5) + 1
  local month = month_from_march < 10 and month_from_march + 3 or month_from_march - 9
  local year = year_of_era + era * 400 + (month <= 2 and 1 or 0)
  local ms_of_minute = rest % 60000
  return string.format(
    '%04d-%02d-%02dT%02d:%02d:%02d.%03dZ',
    year, month, day, rest / 3600000, rest / 60000 % 60, ms_of_minute / 1000, ms_of_minute % 1000
  )
end
