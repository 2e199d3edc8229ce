/** The engine in one process: every port over one state. Nothing survives the process. */
import { type Clock, type Engine, type EngineSettings, PlenumError, type Random } from '@plenum/core';
import { memoryLeases } from './cluster/leases.ts';
import { memoryNodes } from './cluster/nodes.ts';
import { memoryRevocations } from './cluster/revocations.ts';
import { type Defer, defer } from './defer.ts';
import { MemoryOutbox } from './delivery/outbox.ts';
import { endDueMutesOfIdleGroups, memoryDueMutes } from './groups/due-mutes.ts';
import { memoryGroupStore } from './groups/group-store.ts';
import { memoryGroupLog } from './log/group-log.ts';
import { memoryReadMarks } from './log/read-marks.ts';
import { MemoryPresence } from './presence/presence.ts';
import { MemoryFeeds } from './pubsub/feed-transport.ts';
import { MemoryNudges } from './pubsub/nudges.ts';
import { MemoryState } from './state/memory-state.ts';

/** How often due mutes of idle groups end and ended records are freed, ms. */
const housekeepingMs = 1000;

export interface MemoryEngineOptions {
  readonly random: Random;
  readonly clock: Clock;
  readonly settings: EngineSettings;
  /** The time of the engine's clock at construction, ms since 1970; only `clock` moves it. */
  readonly wallBaseMs?: number;
}

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
  const outbox = new MemoryOutbox({ kinds: settings.deliveryKinds, isHeld, defer: deferWhileOpen, now });
  const state = new MemoryState({
    random,
    settings,
    now,
    outbox,
    publish: (groupId, entry) => feeds.publish(groupId, entry),
    publishEphemeral: (groupId, pushes) => feeds.publishEphemeral(groupId, pushes),
  });
  const presence = new MemoryPresence(state, deferWhileOpen);
  const stopHousekeeping = startHousekeeping(state, presence, clock);
  const agreed = new Map<string, string>();
  return {
    name: 'memory',
    groups: memoryGroupStore(state, deferWhileOpen),
    dueMutes: memoryDueMutes(state, deferWhileOpen),
    log: memoryGroupLog(state, deferWhileOpen),
    feeds,
    nudges,
    presence,
    readMarks: memoryReadMarks(state, deferWhileOpen),
    revocations: memoryRevocations(state.now, deferWhileOpen),
    outbox: outbox.port,
    deadLetters: outbox.deadLetters,
    nodes: memoryNodes(deferWhileOpen),
    leases,
    // One process has every partition: it needs no lease, see startHousekeeping.
    partitionWorks: [],
    roomChannels: null,
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

/** Whole ms since 1970 that never step: the wall clock is read once. */
function engineClock(clock: Clock, wallBaseMs: number): () => number {
  const startMs = clock.monotonicMs();
  return () => Math.floor(wallBaseMs + clock.monotonicMs() - startMs);
}

function startHousekeeping(state: MemoryState, presence: MemoryPresence, clock: Clock): () => void {
  let cancel = clock.after(housekeepingMs, round);
  return () => cancel();

  function round(): void {
    const nowMs = state.now();
    endDueMutesOfIdleGroups(state, nowMs);
    presence.endDue();
    state.sweep(nowMs);
    cancel = clock.after(housekeepingMs, round);
  }
}
