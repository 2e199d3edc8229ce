#!lua
-- Makes an invite link. `nonce` is kept with the answer only, so that a repeated request can compute the same code.
-- @include change-header
-- @include link-key
local link_id = ARGV[19]
local nonce = ARGV[20]
local max_uses = ARGV[21]
local for_ms = ARGV[22]
local links_max = ARGV[23]
-- @include change
-- @include change-entry
-- @include accept-checks
-- @include links

if not group then return refuse('group_not_found') end
local code = refusal_of_acceptor(group, actor, now)
if code then return refuse(code) end
local max, kept = tonumber(links_max), redis.call('HLEN', links_key)
local spent = kept >= max and spent_links(now) or {}
if kept - #spent >= max then return refuse('too_many_invites', max) end
local limited = check_limits()
if limited then return limited end

if #spent > 0 then redis.call('HDEL', links_key, unpack(spent)) end
local ends_at = end_of(for_ms)
save_link(link_id, { creator = actor, created_at = now, ends_at = ends_at, max_uses = tonumber(max_uses), uses = 0 })
local made = { status = 'l', role = 'm', progress = link_id .. ':' .. nonce .. ':' .. until_text(ends_at) }
local uses_field = max_uses ~= '' and ',"max_uses":' .. max_uses or ''
return done(made, record_change('link_created', link_field(link_id) .. uses_field .. until_field('expires_at', ends_at)))
