/** The ports of an engine that a feed does not need. */
import type { Engine } from '../src/ports/engine.ts';

export const unused = () => Promise.reject(new Error('not part of this simulation'));

const reads = {
  get: unused,
  lost: unused,
  states: unused,
  reactions: unused,
  pins: unused,
  writtenBy: unused,
};
const erasing = { note: unused, postpone: unused, finish: unused };

export const unusedPorts = {
  outbox: {
    kinds: () => new Set(),
    open: unused,
    read: unused,
    takenDown: unused,
    commit: unused,
    waiting: unused,
  },
  messageChanges: { change: unused, admit: unused, ...reads },
  timedMessages: { due: unused, settle: unused },
  deadLetters: { list: unused, retry: unused, delete: unused },
  nodes: {
    beat: unused,
    nodes: unused,
    remove: unused,
    askDrain: unused,
    wake: () => {},
    onWake: () => () => {},
  },
  leases: {
    ttlMs: 6000,
    slices: () => [],
    acquire: unused,
    renew: unused,
    release: unused,
    holder: unused,
    holders: unused,
  },
  nodeChannel: { send: () => {}, listen: () => null },
  roundTripMs: unused,
  servers: unused,
  partitionWorks: [],
  imports: { append: unused },
  dueMutes: { endDueMutes: unused },
  emptyGroups: { endEmpty: unused },
  readMarks: { mark: unused, of: unused, among: unused },
  notificationLevels: { set: unused, among: unused },
  canaries: {
    ...{ reserve: unused, has: unused, release: unused },
    ...{ schedule: unused, due: unused, settle: unused },
  },
  auditLists: { append: unused, read: unused, replace: unused },
  codes: { keep: unused, take: unused },
  revocations: { revoke: unused, revokedAt: unused },
  erasures: { begin: unused, of: unused, due: unused, countLeft: unused, ...erasing },
} satisfies Partial<Engine>;
