-- The inverse of iso_time in clock. http://howardhinnant.github.io/date_algorithms.html#days_from_civil
local function ms_of(iso)
  local floor = math.floor
  local year, month, day, hour, minute, second, ms = string.match(iso, '^(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)%.(%d+)Z$')
  local year_from_march = month + 0 <= 2 and year - 1 or year + 0
  local era = floor(year_from_march / 400)
  local year_of_era = year_from_march - era * 400
  local day_of_year = floor((153 * (month + 0 > 2 and month - 3 or month + 9) + 2) / 5) + day - 1
  local day_of_era = year_of_era * 365 + floor(year_of_era / 4) - floor(year_of_era / 100) + day_of_year
  local days = era * 146097 + day_of_era - 719468
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + ms
end
