import type { Actor, GroupId, PushEvent, PushPayload } from '@plenum/protocol';
import type { LogEntry } from '../log/entry.ts';
import type { EphemeralPush } from './presence.ts';

/** One device: a socket of the gateway, or a listener of the library (then `userId` is `$service`). */
export interface Device {
  /** Unique on this node for the life of the process. */
  readonly id: string;
  readonly userId: Actor;
  /** Wants every group of its user attached without asking (`subscribe: 'auto'`). */
  readonly isAuto: boolean;
  /** Sends one push. Synchronous, in the order of the calls, never throws; a gone device is a no-op. */
  push<E extends PushEvent>(event: E, payload: PushPayload<E>): void;
  /** Resolves when nothing waits in the device's buffer, or it is gone. */
  drained(): Promise<void>;
}

/** Those to whom entries go: a list that stays as it is, or the live set of a feed, which changes only after `seal`. */
export type Recipients = readonly Device[] | ReadonlySet<Device>;

/**
 * The one seam through which entries reach sockets. What is given for one group leaves in the order of the calls. Nothing here
 * throws.
 */
export interface FanOut {
  /**
   * Hands each entry to each recipient, in order, at the end of this tick of the event loop: a burst leaves as one write, and
   * an answer that a microtask writes in this tick is ahead of it.
   */
  deliver(groupId: GroupId, to: Recipients, entries: readonly LogEntry[]): void;
  /** One push to one device, behind what was delivered for the group before. */
  push<E extends PushEvent>(groupId: GroupId, to: Device, event: E, payload: PushPayload<E>): void;
  /** Volatile pushes: in no order with entries, and the first to be dropped for a slow recipient. */
  deliverVolatile(groupId: GroupId, to: readonly Device[], pushes: readonly EphemeralPush[]): void;
  /** Resolves when what was delivered and pushed for the group before has been written. */
  written(groupId: GroupId): Promise<void>;
  /** The live set of the group is about to change: what was delivered goes to those who are in it now. */
  seal(groupId: GroupId): void;
}
