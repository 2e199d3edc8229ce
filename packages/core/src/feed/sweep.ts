/**
 * Finds what pub/sub has lost without a gap, by comparing the heads of all feeds and the groups of all local users.
 */
import type { GroupId, UserId } from '@plenum/protocol';
import { runLoop, type Wake } from '../concurrency/run-loop.ts';
import type { LogHead } from '../groups/records.ts';
import { lowerBoundFor } from '../log/epoch-chain.ts';
import type { FeedDeps, HostedFeed } from './hosted-feed.ts';

/** Time between two sweeps, ms. A lost entry without a later entry shows no gap, so all heads are compared. */
export const sweepIntervalMs = 30_000;
const headsPerRead = 200;
/** Pause after a failed sweep, ms. Doubles up to the interval. */
const firstRetryMs = 1000;

/**
 * Compares the heads of all feeds, and the groups of all local users, with what this node has: every 30 s, at once
 * after a subscriber connection was replaced, and 1 s after a failed sweep. Closes a feed that had no local member
 * for one interval.
 */
export class Sweep {
  readonly #deps: FeedDeps;
  readonly #feeds: Map<GroupId, HostedFeed>;
  readonly #attachMissing: (userId: UserId) => Promise<void>;
  readonly #stopped = new AbortController();
  #wake: Wake = () => {};

  constructor(
    deps: FeedDeps,
    feeds: Map<GroupId, HostedFeed>,
    attachMissing: (userId: UserId) => Promise<void>,
  ) {
    this.#deps = deps;
    this.#feeds = feeds;
    this.#attachMissing = attachMissing;
  }

  start(): void {
    const { clock, logger } = this.#deps;
    const { signal } = this.#stopped;
    this.#wake = runLoop('sweep', () => this.#round(), {
      clock,
      logger,
      signal,
      everyMs: sweepIntervalMs,
      firstRetryMs,
    });
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** Sweeps now, or once more after the sweep that is running. Does nothing before the start. */
  soon(): void {
    this.#wake();
  }

  get #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  async #round(): Promise<void> {
    await this.#compareHeads();
    await this.#compareIndexes();
    this.#closeIdle();
  }

  async #compareHeads(): Promise<void> {
    const groupIds = [...this.#feeds.keys()];
    let failure: unknown;
    for (let i = 0; i < groupIds.length && !this.#isStopped; i += headsPerRead) {
      const some = groupIds.slice(i, i + headsPerRead);
      const known = new Map(some.map((groupId) => [groupId, this.#feeds.get(groupId)?.feed.position]));
      const { heads, unread, cause } = await this.#readHeads(some);
      failure ??= cause;
      for (const groupId of some) {
        if (unread.has(groupId)) continue;
        const feed = this.#feeds.get(groupId)?.feed;
        const head = heads.get(groupId);
        const before = known.get(groupId);
        if (head !== undefined) feed?.onHead(head, before === undefined ? 0 : lowerBoundFor(head, before));
        else if (feed?.epoch != null) feed.onGone();
      }
    }
    if (failure !== undefined) throw failure;
  }

  /**
   * Reads the heads in one call. If that fails, for example because one shard cannot be reached, reads them one by
   * one, so the others still arrive.
   */
  async #readHeads(groupIds: readonly GroupId[]) {
    const { log } = this.#deps.engine;
    try {
      return { heads: await log.heads(groupIds), unread: new Set<GroupId>() };
    } catch (cause) {
      const heads = new Map<GroupId, LogHead>();
      const unread = new Set<GroupId>();
      await Promise.all(
        groupIds.map((groupId) =>
          log.heads([groupId]).then(
            (found) => {
              for (const [id, head] of found) heads.set(id, head);
            },
            () => unread.add(groupId),
          ),
        ),
      );
      return { heads, unread, cause };
    }
  }

  async #compareIndexes(): Promise<void> {
    for (const userId of this.#deps.devices.users()) {
      if (this.#isStopped) return;
      await this.#attachMissing(userId);
    }
  }

  #closeIdle(): void {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const [groupId, hosted] of this.#feeds) {
      if (!hosted.isIdle) hosted.idleSinceMs = null;
      else hosted.idleSinceMs ??= nowMs;
      if (hosted.idleSinceMs === null || nowMs - hosted.idleSinceMs < sweepIntervalMs) continue;
      this.#feeds.delete(groupId);
      hosted.close();
    }
  }
}
