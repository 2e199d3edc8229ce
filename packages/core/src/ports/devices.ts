/**
 * The devices of this node: a socket as the domain sees it, how entries reach it, and how the gateway announces it.
 */
import type { Actor, DeviceTransport, GroupId, PushEvent, PushPayload } from '@plenum/protocol';
import type { LogEntry } from '../log/entry.ts';
import type { EphemeralPush } from './presence.ts';

/** How a device is connected, as operators see it. */
export interface DeviceConnection {
  readonly transport: DeviceTransport;
  /** Since when, ms since 1970 by the clock of its node. The same in every reading. */
  readonly sinceMs: number;
  /** Null: it has none, or it is not known. */
  readonly address: string | null;
}

/** One device: a socket of the gateway, or a listener of the library (then `userId` is `$service`). */
export interface Device {
  /** Unique on this node for the life of the process. */
  readonly id: string;
  readonly userId: Actor;
  /** True if the device wants every group of its user without a `subscribe` (`subscribe: 'auto'`). */
  readonly isAuto: boolean;
  /**
   * Sends one push. Synchronous, in the order of the calls, never throws; does nothing after the device has
   * disconnected.
   */
  push<E extends PushEvent>(event: E, payload: PushPayload<E>): void;
  /** Resolves when nothing waits in the device's buffer, or the device has disconnected. */
  drained(): Promise<void>;
  /** Read only when an operator looks. Absent: operators do not see the device. */
  connection?(): DeviceConnection;
}

/**
 * The devices that get entries: a list that never changes, or the live set of a feed, which changes only after
 * `seal`.
 */
export type Recipients = readonly Device[] | ReadonlySet<Device>;

/**
 * The only way of entries and group pushes to devices. Everything for one group leaves in the order of the calls. No
 * method throws.
 */
export interface FanOut {
  /**
   * Writes each entry to each recipient, in order, at the end of this tick of the event loop. So a burst leaves as
   * one write, and an answer that a microtask writes in this tick precedes it.
   */
  deliver(groupId: GroupId, to: Recipients, entries: readonly LogEntry[]): void;
  /** Writes one push to one device, after everything that was delivered for the group before. */
  push<E extends PushEvent>(groupId: GroupId, to: Device, event: E, payload: PushPayload<E>): void;
  /**
   * Writes pushes that may be dropped, after everything that was delivered for the group before. They are the first to be
   * dropped for a slow recipient.
   */
  deliverVolatile(groupId: GroupId, to: readonly Device[], pushes: readonly EphemeralPush[]): void;
  /** Calls `act` when everything that was delivered and pushed for the group before has been written, before what comes later. */
  whenWritten(groupId: GroupId, act: () => void): void;
  /** Resolves when everything that was delivered and pushed for the group before has been written. */
  written(groupId: GroupId): Promise<void>;
  /**
   * Call it before the live set of the group changes: earlier deliveries still go to the present members of the set.
   */
  seal(groupId: GroupId): void;
}

/** The position that a client claims in a group's log. Without epoch and seq: from now on. */
export interface ClaimedPosition {
  readonly groupId: GroupId;
  readonly epoch: string | null;
  readonly seq: number | null;
}

/** The devices of this node, as the gateway announces them. Implemented by core's `FeedHost`. */
export interface DeviceHub {
  /**
   * Registers a device. An `isAuto` device is attached to every group in which its user is active or muted, at the
   * claimed position if there is one, and gets `subscribed` pushes. Resolves when all groups are attached, or the
   * device has disconnected; never throws.
   * @param onTrouble is called when an attempt failed and will be repeated
   */
  connect(device: Device, positions: readonly ClaimedPosition[], onTrouble?: () => void): Promise<void>;
  /** Detaches the device everywhere. Idempotent. */
  disconnect(device: Device): void;
}
