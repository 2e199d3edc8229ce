/**
 * The keys and arguments that `lua/lib/group-header.lua` binds, in its order: every script that changes a group
 * begins with them.
 */
import { type EngineSettings, groupRoom, type Random } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import type { Keys } from '../keys.ts';

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

/** The settings of an engine, in the form that its scripts need. */
export interface StateSettings extends EngineSettings {
  readonly isOutboxWritten: boolean;
  /** The cluster has an archive: messages count until the archive has them, and are refused above the limit. */
  readonly isQueueCounted: boolean;
}

export interface GroupDeps {
  readonly keys: Keys;
  readonly random: Random;
  readonly settings: StateSettings;
}

/** Values of the keys. */
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

/** Values of the arguments; each call offers another epoch. */
export const groupArgValues = (groupId: GroupId, { keys, random, settings }: GroupDeps) => ({
  groupId,
  epochOffer: random.token(),
  room: groupRoom(groupId),
  channel: keys.groupChannel(groupId),
  historyMaxEntries: settings.historyMaxEntries,
  historyMaxAgeMs: settings.historyMaxAgeMs,
  isOutboxWritten: settings.isOutboxWritten ? '1' : '0',
  isQueueCounted: settings.isQueueCounted ? '1' : '0',
});
