/** The devices of this node: what the domain sees of a socket, how the edge announces it, and how entries reach it. */
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

/** The position that a client claims in a group's log; without epoch and seq: from now on. */
export interface ClaimedPosition {
  readonly groupId: GroupId;
  readonly epoch: string | null;
  readonly seq: number | null;
}

/** The devices of this node, as the edge announces them. Implemented by core's feed host. */
export interface DeviceHub {
  /**
   * Registers a device. An `isAuto` one is attached to every group in which its user is active or muted, each from its
   * position, and gets a `subscribed` push for them. Resolves when that is done or has been left to the sweep; never throws.
   * @param onTrouble is called when an attempt has failed and another one follows
   */
  connect(device: Device, positions: readonly ClaimedPosition[], onTrouble?: () => void): Promise<void>;
  /** Detaches the device everywhere. Idempotent. */
  disconnect(device: Device): void;
}
