/** What `lua/lib/group-header.lua` binds, in its order: every script that changes a group begins with these. */
export const groupKeys = [
  'group',
  'members',
  'receivers',
  'pending',
  'mutes',
  'log',
  'outbox',
  'due',
  'queued',
  'bans',
] as const;

export const groupArgs = [
  'groupId',
  'epochOffer',
  'room',
  'channel',
  'historyMaxEntries',
  'historyMaxAgeMs',
  'isOutboxWritten',
  'isQueueCounted',
] as const;
