-- Formats the records of members.

local function until_text(ms)
  return ms and integer(ms) or '-'
end

local function record_text(member)
  return string.format('%s %s %d %d %s',
    member.status, member.role, member.joined_at, member.since_seq, until_text(member.ends_at))
end

-- The part of an answer that describes the changed user: `<status> <role> <ends_at>`, or `- - -` without a record. An
-- applicant that needs more accepts has `<accepts>/<needed>` in the place of its end.
local function describe(member)
  if not member then return '- - -' end
  return member.status .. ' ' .. member.role .. ' ' .. (member.progress or until_text(member.ends_at))
end
