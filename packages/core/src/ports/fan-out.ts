import type { Actor, GroupId, PushEvent, PushPayload } from '@plenum/protocol';
import type { LogEntry } from '../feed/entry.ts';

/** One device: a socket of the gateway, or a listener of the library (then `userId` is `$service`). */
export interface Subscriber {
  /** Unique on this node for the life of the process. */
  readonly id: string;
  readonly userId: Actor;
  /** Wants every group of its user attached without asking (`subscribe: 'auto'`). */
  readonly isAuto: boolean;
  /** Sends one push. Synchronous, in the order of the calls, never throws; a gone subscriber is a no-op. */
  push<E extends PushEvent>(event: E, payload: PushPayload<E>): void;
  /** Resolves when nothing waits in the subscriber's buffer, or it is gone. */
  drained(): Promise<void>;
}

/** The one seam through which entries reach sockets. */
export interface FanOut {
  /** Hands each entry to each subscriber, in order. Synchronous; never throws. `subscribers` is not kept. */
  deliver(groupId: GroupId, subscribers: Iterable<Subscriber>, entries: readonly LogEntry[]): void;
}
