/**
 * Writes to the store which users are attached on this node: in batches, never on the path of a message, repeated
 * until written. Every 5 s it compares the store's counts with what it wrote, so that a loss on either side is
 * repaired.
 */
import type { GroupId, UserId } from '@plenum/protocol';
import { runLoop } from '../concurrency/run-loop.ts';
import { PARTITION_COUNT, partitionOf } from '../partitions.ts';
import { type Presence, presenceChangeMax } from '../ports/presence.ts';
import type { Clock, Logger } from '../ports/runtime.ts';
import { GroupAnnouncements } from './group-announcements.ts';

/** How long changes are gathered into one write. */
const batchMs = 20;
/** Grace period before a user counts as offline. */
const departureMs = 1000;
const retryMs = 1000;
const verifyEveryMs = 5000;
/** Writes in progress at the same time, one per group. */
const busyMax = 64;

export interface AnnouncementDeps {
  readonly presence: Presence;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Unique per start of the node. */
  readonly nodeId: string;
  readonly isAttached: (groupId: GroupId, userId: UserId) => boolean;
}

export class Announcements {
  readonly #deps: AnnouncementDeps;
  readonly #groups = new Map<GroupId, GroupAnnouncements>();
  readonly #doubtful = new Set<GroupId>();
  /**
   * Per partition: the number of writes that began or ended. If it did not change during a count, the count is of one
   * state.
   */
  readonly #steps = new Uint32Array(PARTITION_COUNT);
  readonly #stopped = new AbortController();
  #busy = 0;
  #plannedMs = Number.POSITIVE_INFINITY;
  #cancel = () => {};

  constructor(deps: AnnouncementDeps) {
    this.#deps = deps;
  }

  /** Groups that have an announced user or a pending change. */
  get size(): number {
    return this.#groups.size;
  }

  note(groupId: GroupId, userId: UserId, isEnd: boolean): void {
    const group = this.#group(groupId);
    if (isEnd) group.forget(userId);
    else group.note(userId, this.#deps.clock.monotonicMs() + departureMs);
    this.#plan(batchMs);
  }

  /** Starts the comparison loop. */
  start(): void {
    const { clock, logger } = this.#deps;
    const options = { clock, logger, everyMs: verifyEveryMs, signal: this.#stopped.signal };
    runLoop('presence', () => this.#verify(), options);
  }

  /**
   * Ends all writes. The owners of the partitions remove this node's users, so a user who moves to another node is
   * never offline.
   */
  stop(): void {
    this.#stopped.abort();
    this.#cancel();
  }

  #group(groupId: GroupId): GroupAnnouncements {
    const group = this.#groups.get(groupId) ?? new GroupAnnouncements();
    this.#groups.set(groupId, group);
    this.#doubtful.add(groupId);
    return group;
  }

  /** Sets one timer for the earliest due write. There is no loop: without a change there is no timer. */
  #plan(delayMs: number): void {
    const { clock } = this.#deps;
    const dueMs = clock.monotonicMs() + delayMs;
    if (this.#stopped.signal.aborted || dueMs >= this.#plannedMs) return;
    this.#cancel();
    this.#plannedMs = dueMs;
    this.#cancel = clock.after(delayMs, () => this.#writeDue());
  }

  #writeDue(): void {
    this.#plannedMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#deps.clock.monotonicMs();
    let dueMs = Number.POSITIVE_INFINITY;
    for (const groupId of this.#doubtful) {
      if (this.#busy >= busyMax) return;
      const group = this.#groups.get(groupId);
      if (group?.isBusy) continue;
      if (group !== undefined) this.#write(groupId, group, nowMs);
      if (group?.isDone) this.#groups.delete(groupId);
      if (!group?.isDoubtful) this.#doubtful.delete(groupId);
      else if (!group.isBusy) dueMs = Math.min(dueMs, group.nextDueMs ?? dueMs);
    }
    if (dueMs < Number.POSITIVE_INFINITY) this.#plan(Math.max(batchMs, dueMs - nowMs));
  }

  #write(groupId: GroupId, group: GroupAnnouncements, nowMs: number): void {
    const { presence, isAttached, logger, nodeId } = this.#deps;
    const changes = group.take((userId) => isAttached(groupId, userId), nowMs, presenceChangeMax);
    if (changes.came.length + changes.went.length === 0) return;
    this.#begin(groupId, group);
    presence.change({ groupId, nodeId, ...changes }).then(
      () => {
        group.written(changes);
        this.#end(groupId, group, batchMs);
      },
      (err: unknown) => {
        logger.warn({ group: groupId, err }, 'presence could not be written; will retry');
        group.failed(changes);
        this.#end(groupId, group, retryMs);
      },
    );
  }

  #begin(groupId: GroupId, group: GroupAnnouncements): void {
    group.isBusy = true;
    this.#busy += 1;
    this.#step(groupId);
  }

  #end(groupId: GroupId, group: GroupAnnouncements, pauseMs: number): void {
    group.isBusy = false;
    this.#busy -= 1;
    this.#step(groupId);
    if (group.isDone) this.#groups.delete(groupId);
    if (group.isDoubtful) this.#doubtful.add(groupId);
    if (this.#doubtful.size > 0) this.#plan(pauseMs);
  }

  #step(groupId: GroupId): void {
    const partition = partitionOf(groupId);
    this.#steps[partition] = (this.#steps[partition] ?? 0) + 1;
  }

  async #verify(): Promise<void> {
    const { presence, nodeId } = this.#deps;
    const expected = this.#countAnnounced();
    const before = Uint32Array.from(this.#steps);
    const counts = await presence.countHosted(nodeId, [...expected.keys()]);
    for (const [partition, count] of expected) {
      const isQuiet = before[partition] === this.#steps[partition];
      if (isQuiet && counts.get(partition) !== count) await this.#repair(partition);
    }
  }

  /**
   * The number of announced users per partition that was ever written. Partitions with a write in progress are left
   * out.
   */
  #countAnnounced(): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    // The store may still have a user although none is announced here: a failover can lose a departure.
    for (const [partition, steps] of this.#steps.entries()) if (steps > 0) counts.set(partition, 0);
    const busy = new Set<number>();
    for (const [groupId, { announced, isBusy }] of this.#groups) {
      const partition = partitionOf(groupId);
      if (isBusy) busy.add(partition);
      counts.set(partition, (counts.get(partition) ?? 0) + announced.size);
    }
    for (const partition of busy) counts.delete(partition);
    return counts;
  }

  /** Writes again what the store lacks, and removes what it has in excess. */
  async #repair(partition: number): Promise<void> {
    const { presence, nodeId } = this.#deps;
    const missing = new Map<GroupId, Set<UserId>>();
    for (const [groupId, { announced }] of this.#groups) {
      if (partitionOf(groupId) === partition) missing.set(groupId, new Set(announced));
    }
    for (const { groupId, userId } of await presence.hosted(nodeId, partition)) {
      if (missing.get(groupId)?.delete(userId) !== true) this.#group(groupId).forget(userId);
    }
    for (const [groupId, users] of missing) for (const userId of users) this.#group(groupId).forget(userId);
    this.#plan(batchMs);
  }
}
