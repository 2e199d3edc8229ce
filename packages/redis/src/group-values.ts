import { groupRoom, type Random } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import type { StateSettings } from './delivery-kinds.ts';
import type { Keys } from './keys.ts';

export interface GroupContext {
  readonly keys: Keys;
  readonly random: Random;
  readonly settings: StateSettings;
}

/** The keys that every script that changes a group begins with. */
export const groupKeyValues = (groupId: GroupId, keys: Keys) => ({
  group: keys.group(groupId),
  members: keys.members(groupId),
  receivers: keys.receivers(groupId),
  pending: keys.pending(groupId),
  mutes: keys.mutes(groupId),
  log: keys.log(groupId),
  outbox: keys.outbox(groupId),
  due: keys.due(groupId),
  queued: keys.queued(groupId),
  bans: keys.bans(groupId),
});

/** The arguments that every script that changes a group begins with; each call offers another epoch. */
export const groupArgValues = (groupId: GroupId, { keys, random, settings }: GroupContext) => ({
  groupId,
  epochOffer: random.token(),
  room: groupRoom(groupId),
  channel: keys.groupChannel(groupId),
  historyMaxEntries: settings.historyMaxEntries,
  historyMaxAgeMs: settings.historyMaxAgeMs,
  isOutboxWritten: settings.isOutboxWritten ? '1' : '0',
  isQueueCounted: settings.isQueueCounted ? '1' : '0',
});
