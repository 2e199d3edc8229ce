/**
 * The keys and arguments with which every script that changes a group begins, in the order of
 * `lua/lib/group-header.lua`.
 */
import type { EngineSettings, Random } from '@plenum/core';
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
  'applications',
  'invites',
] as const;

/** The keys of the present states of messages, and of their mentions. */
export const stateKeys = ['present', 'changed', 'reactors', 'mentions'] as const;

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

/** The settings of an engine, and two settings that follow from the adapter kinds of the cluster. */
export interface StateSettings extends EngineSettings {
  readonly isOutboxWritten: boolean;
  /** True if the cluster has an archive: then the room queue is counted, and a message above its limit is refused. */
  readonly isQueueCounted: boolean;
}

export interface GroupDeps {
  readonly keys: Keys;
  readonly random: Random;
  readonly settings: StateSettings;
}

/** The values of `groupKeys` for a group. */
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
  applications: keys.applications(groupId),
  invites: keys.invites(groupId),
});

/** The values of `stateKeys` for a group. */
export const stateKeyValues = (groupId: GroupId, keys: Keys) => ({
  present: keys.present(groupId),
  changed: keys.changed(groupId),
  reactors: keys.reactors(groupId),
  mentions: keys.mentions(groupId),
});

/** The values of `groupArgs` for a group. Each call offers a new random epoch. */
export const groupArgValues = (groupId: GroupId, { keys, random, settings }: GroupDeps) => ({
  groupId,
  epochOffer: random.token(),
  room: keys.tags.groupRoom(groupId),
  channel: keys.groupChannel(groupId),
  historyMaxEntries: settings.historyMaxEntries,
  historyMaxAgeMs: settings.historyMaxAgeMs,
  isOutboxWritten: settings.isOutboxWritten ? '1' : '0',
  isQueueCounted: settings.isQueueCounted ? '1' : '0',
});
