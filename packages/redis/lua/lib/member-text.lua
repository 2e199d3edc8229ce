-- How records are written.

local function until_text(ms)
  return ms and integer(ms) or '-'
end

local function record_text(member)
  return string.format('%s %s %d %d %s',
    member.status, member.role, member.joined_at, member.since_seq, until_text(member.ends_at))
end

-- The part of an answer that tells where the subject stands: `<status> <role> <ends_at>`, `- - -` for no record.
local function describe(member)
  if not member then return '- - -' end
  return member.status .. ' ' .. member.role .. ' ' .. until_text(member.ends_at)
end
