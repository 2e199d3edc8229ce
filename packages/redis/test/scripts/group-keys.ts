/** The keys of one group, of its partition and of its owner, by the names under which scripts know them. */
import { partitionOf } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import type { Keys } from '../../src/keys.ts';
import { otherDedupes } from '../../src/script-calls/index.ts';
import { groupId, user } from './stage.ts';

export function keysOf(keys: Keys, id: GroupId): Readonly<Record<string, string>> {
  const partition = partitionOf(id);
  return {
    group: keys.group(id),
    members: keys.members(id),
    receivers: keys.receivers(id),
    pending: keys.pending(id),
    mutes: keys.mutes(id),
    log: keys.log(id),
    dedupe: keys.dedupe(id, 'owner', 'request'),
    ...Object.fromEntries(otherDedupes.map((name) => [name, keys.dedupe(id, 'owner', name)])),
    outbox: keys.outbox(id),
    cursors: keys.cursors(partition),
    retries: keys.retries(partition, 'archive'),
    retrying: keys.retrying(partition, 'archive'),
    archiveRetries: keys.retries(partition, 'archive'),
    archiveRetrying: keys.retrying(partition, 'archive'),
    notifierRetries: keys.retries(partition, 'notifier'),
    notifierRetrying: keys.retrying(partition, 'notifier'),
    deadLetters: keys.deadLetters(partition, 'archive'),
    archiveDeadLetters: keys.deadLetters(partition, 'archive'),
    deadLettersByGroup: keys.deadLettersByGroup(partition, 'archive'),
    retriesByGroup: keys.retriesByGroup(partition, 'archive'),
    archiveRetriesByGroup: keys.retriesByGroup(partition, 'archive'),
    notifierRetriesByGroup: keys.retriesByGroup(partition, 'notifier'),
    due: keys.due(id),
    bans: keys.bans(id),
    applications: keys.applications(id),
    invites: keys.invites(id),
    links: keys.links(id),
    groups: keys.groups(id),
    bucket: keys.bucket(id, user('owner')),
    queued: keys.queued(id),
    index: keys.mine(user('owner')),
    places: keys.places('created', user('owner')),
    on: keys.on(id),
    reads: keys.reads(id),
    mentions: keys.mentions(id),
    slow: keys.slow(id),
    held: keys.held(partitionOf(id), 'node-1'),
    holders: keys.holders(partitionOf(id)),
    away: keys.away(partitionOf(id)),
    present: keys.present(id),
    changed: keys.changed(id),
    reactors: keys.reactors(id),
    takenDown: keys.takenDown(partition),
    tombstones: keys.tombstones(partition),
    timed: keys.timed(id),
    revoked: keys.revoked(user('owner')),
    erasure: keys.erasure(user('owner')),
    lease: keys.lease(partition),
    lastToken: keys.lastToken(partition),
    nodes: keys.nodes(),
    entries: keys.audit('act'),
    canaries: keys.canaries(),
  };
}

export const messageIds = [`${'e'.repeat(16)}-1`, `${'e'.repeat(16)}-2`, `${'e'.repeat(16)}-3`] as const;

/** Of a request of the owner that has its answer. */
export const remembered = (keys: Keys): string => keys.dedupe(groupId, user('owner'), 'remembered');
