import type { EphemeralPush, FeedListener, FeedTransport, LogEntry, UnlistedChange } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import { type Defer, defer } from '../defer.ts';

/**
 * The port `FeedTransport` in one process. It delivers every entry once, in order, each in a separate tick. It loses
 * nothing, so it never asks for an audit.
 */
export class MemoryFeeds implements FeedTransport {
  readonly #open = new Set<GroupId>();
  readonly #defer: Defer;
  #listener: FeedListener | null = null;

  constructor(defer: Defer) {
    this.#defer = defer;
  }

  listen(listener: FeedListener): void {
    this.#listener = listener;
  }

  open(groupId: GroupId): Promise<void> {
    return this.#defer(() => void this.#open.add(groupId));
  }

  close(groupId: GroupId): Promise<void> {
    return defer(() => void this.#open.delete(groupId));
  }

  /** Delivers an entry in a later tick, if the feed is open now, when the entry is stored. */
  publish(groupId: GroupId, entry: LogEntry): void {
    if (!this.#open.has(groupId)) return;
    setImmediate(() => this.#listener?.onEntry(groupId, entry));
  }

  /** Delivers a join or leave that is no entry, by the same rule as `publish`. */
  publishUnlisted(groupId: GroupId, change: UnlistedChange): void {
    if (!this.#open.has(groupId)) return;
    setImmediate(() => this.#listener?.onUnlisted(groupId, change));
  }

  /** Delivers pushes that are not entries, by the same rule as `publish`. */
  publishEphemeral(groupId: GroupId, pushes: readonly EphemeralPush[]): void {
    if (!this.#open.has(groupId)) return;
    setImmediate(() => {
      for (const push of pushes) this.#listener?.onEphemeral(groupId, push);
    });
  }

  /** Ends all deliveries. */
  stop(): void {
    this.#open.clear();
    this.#listener = null;
  }
}
