/** The memory engine: implements every port over one shared state. Nothing survives the process. */
import {
  type Adapters,
  ArchiveErasing,
  AuditLog,
  type Clock,
  type Engine,
  type EngineSettings,
  Eraser,
  endCanaries,
  endEmptyGroups,
  type Logger,
  MessageEraser,
  MessageTimer,
  nudgeUninvited,
  numberedTags,
  PlenumError,
  type Random,
} from '@plenum/core';
import { memoryAuditLists } from './cluster/audit-lists.ts';
import { memoryCanaries } from './cluster/canaries.ts';
import { memoryErasures } from './cluster/erasures.ts';
import { memoryLeases } from './cluster/leases.ts';
import { memoryNodeChannel } from './cluster/node-channel.ts';
import { memoryNodes } from './cluster/nodes.ts';
import { memoryOneTimeCodes } from './cluster/one-time-codes.ts';
import { memoryRevocations } from './cluster/revocations.ts';
import { type Defer, defer } from './defer.ts';
import { MemoryOutbox } from './delivery/outbox.ts';
import { endDueMutesOfIdleGroups, memoryDueMutes } from './groups/due-mutes.ts';
import { memoryEmptyGroups } from './groups/empty-groups.ts';
import { memoryGroupStore } from './groups/group-store.ts';
import { memoryGroupLog } from './log/group-log.ts';
import { memoryImports } from './log/imports.ts';
import { memoryNotificationLevels, memoryReadMarks } from './log/read-marks.ts';
import { memoryMessageChanges } from './messages/message-changes.ts';
import { memoryTimedMessages } from './messages/timed-messages.ts';
import { MemoryPresence } from './presence/presence.ts';
import { MemoryFeeds } from './pubsub/feed-transport.ts';
import { MemoryNudges } from './pubsub/nudges.ts';
import { MemoryState } from './state/memory-state.ts';

/** Interval, ms, at which due mutes of idle groups are ended and expired records are freed. */
const housekeepingMs = 1000;

export interface MemoryEngineOptions {
  readonly random: Random;
  readonly clock: Clock;
  readonly settings: EngineSettings;
  /** The time of the engine's clock when it is made, ms since 1970. From then on `clock` moves it. */
  readonly wallBaseMs?: number;
  /** Erases the messages of a user. Default: there is none. */
  readonly archive?: Adapters['archive'];
  /** Logs failures of the archive. Default: none. */
  readonly logger?: Logger;
}

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export function createMemoryEngine(options: MemoryEngineOptions): Engine {
  const { random, clock, settings, wallBaseMs = Date.now() } = options;
  let isClosed = false;
  const deferWhileOpen: Defer = (step) =>
    defer(() => {
      if (isClosed) throw PlenumError.of('unavailable');
      return step();
    });
  const feeds = new MemoryFeeds(deferWhileOpen);
  const nudges = new MemoryNudges(deferWhileOpen);
  const now = engineClock(clock, wallBaseMs);
  const leases = memoryLeases({ clock, leaseTtlMs: settings.leaseTtlMs, defer: deferWhileOpen });
  const { isHeld } = leases;
  const outbox: MemoryOutbox = new MemoryOutbox({
    kinds: settings.deliveryKinds,
    isHeld,
    isTakenDown: (groupId, messageId) => state.isTakenDown(groupId, messageId),
    defer: deferWhileOpen,
    now,
  });
  const state: MemoryState = new MemoryState({
    random,
    settings,
    now,
    outbox,
    publish: (groupId, entry) => feeds.publish(groupId, entry),
    publishUnlisted: (groupId, change) => feeds.publishUnlisted(groupId, change),
    publishEphemeral: (groupId, pushes) => feeds.publishEphemeral(groupId, pushes),
  });
  const presence = new MemoryPresence(state, deferWhileOpen);
  const groups = memoryGroupStore(state, deferWhileOpen);
  const erasures = memoryErasures(now, deferWhileOpen);
  const messageChanges = memoryMessageChanges(state, deferWhileOpen);
  const { deadLetters } = outbox;
  const archive = new ArchiveErasing({ archive: options.archive, clock, logger: options.logger ?? silent });
  const messages = new MessageEraser({ groups, messageChanges, deadLetters, archive, random });
  const canaries = memoryCanaries(now, deferWhileOpen);
  const auditLists = memoryAuditLists(now, deferWhileOpen);
  const logger = options.logger ?? silent;
  const audit = new AuditLog({ lists: auditLists, logger, nodeId: '' });
  const eraser = new Eraser({ erasures, groups, nudges, messages, audit, random, nowMs: now });
  const revocations = memoryRevocations(now, deferWhileOpen);
  const canaryEnds = { canaries, groups, nudges, revocations, random, nowMs: now };
  const emptyGroups = memoryEmptyGroups(state, deferWhileOpen);
  const timedMessages = memoryTimedMessages(state, deferWhileOpen);
  const timer = new MessageTimer({ timed: timedMessages, changes: messageChanges });
  const stopHousekeeping = startHousekeeping({
    ...{ state, presence, nudges, clock },
    slow: [
      oneAtATime(erasures.duePartitions, (partition) => eraser.run(partition)),
      oneAtATime(emptyGroups.duePartitions, (partition) =>
        endEmptyGroups({ emptyGroups, nudges }, partition),
      ),
      oneAtATime(canaries.duePartitions, (partition) => endCanaries(canaryEnds, partition)),
      oneAtATime(timedMessages.duePartitions, (partition) => timer.run(partition)),
    ],
  });
  const agreed = new Map<string, string>();
  return {
    name: 'memory',
    groups,
    dueMutes: memoryDueMutes(state, deferWhileOpen),
    emptyGroups,
    log: memoryGroupLog(state, deferWhileOpen),
    imports: memoryImports(state, deferWhileOpen),
    messageChanges,
    timedMessages,
    feeds,
    nudges,
    presence,
    readMarks: memoryReadMarks(state, deferWhileOpen),
    notificationLevels: memoryNotificationLevels(state, deferWhileOpen),
    revocations,
    erasures,
    auditLists,
    canaries,
    codes: memoryOneTimeCodes(now, deferWhileOpen),
    outbox: outbox.port,
    deadLetters,
    nodes: memoryNodes(deferWhileOpen),
    nodeChannel: memoryNodeChannel(deferWhileOpen),
    roundTripMs: async () => null,
    servers: async () => [],
    leases,
    // One process owns every partition, so the work needs no lease: see startHousekeeping.
    partitionWorks: [],
    roomChannels: null,
    rooms: numberedTags,
    dataVersion: null,
    health: async () => ({ isReady: !isClosed, shardsAway: 0, durability: 'D0' }),
    agreeOn: (name, offer) =>
      deferWhileOpen(() => {
        const value = agreed.get(name) ?? offer;
        agreed.set(name, value);
        return value;
      }),
    wallMs: Date.now,
    close: async () => {
      isClosed = true;
      stopHousekeeping();
      feeds.stop();
      nudges.stop();
    },
  };
}

/** @returns a clock of whole ms since 1970 that never steps back, because the wall clock is read only once */
function engineClock(clock: Clock, wallBaseMs: number): () => number {
  const startMs = clock.monotonicMs();
  return () => Math.floor(wallBaseMs + clock.monotonicMs() - startMs);
}

interface Housekeeping {
  readonly state: MemoryState;
  readonly presence: MemoryPresence;
  readonly nudges: Engine['nudges'];
  readonly clock: Clock;
  /** Works that last longer than a tick. */
  readonly slow: readonly (() => void)[];
}

/** @returns begins the work for each due partition, unless it still runs. The engine may be closed meanwhile */
function oneAtATime(
  duePartitions: () => ReadonlySet<number>,
  run: (partition: number) => Promise<void>,
): () => void {
  let isRunning = false;
  const ended = () => {
    isRunning = false;
  };
  const runAll = async (): Promise<void> => {
    for (const partition of duePartitions()) await run(partition);
  };
  return () => {
    if (isRunning) return;
    isRunning = true;
    runAll().then(ended, ended);
  };
}

function startHousekeeping({ state, presence, nudges, clock, slow }: Housekeeping): () => void {
  let cancel = clock.after(housekeepingMs, round);
  return () => cancel();

  function round(): void {
    const nowMs = state.now();
    endDueMutesOfIdleGroups(state, nowMs);
    for (const ended of presence.endDue()) nudgeUninvited({ nudges }, ended, ended);
    state.sweep(nowMs);
    for (const begin of slow) begin();
    cancel = clock.after(housekeepingMs, round);
  }
}
