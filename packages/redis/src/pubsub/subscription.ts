/** The interface for subscriptions to channels, and the state of one subscription. */

/** Called for each payload, in Redis' order. */
export type ChannelHandler = (payload: Buffer) => void;

/** The subscriptions of this node, on one server or on all masters of a Cluster. */
export interface Channels {
  /** False while a server does not answer. */
  readonly isUp: boolean;
  /**
   * Adds a handler. It stays until `unsubscribe`, even when the connection or the slot moves. Resolves when Redis has
   * acknowledged the channel, so that later payloads arrive.
   * @throws PlenumError `unavailable` if Redis refuses the channel, or if `unsubscribe` is called first
   */
  subscribe(channel: string, handler: ChannelHandler): Promise<void>;
  /** Removes a handler; with the last one the subscription ends. Payloads in flight may still arrive. Idempotent. */
  unsubscribe(channel: string, handler: ChannelHandler): void;
  /** The listener is called when channels are active again after a break. Payloads in between are lost. */
  onResubscribed(listener: (channels: readonly string[] | 'all') => void): void;
  /** Ends all subscriptions and rejects the callers that wait for one. */
  close(): void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** One channel that this node wants to receive, and the callers that wait until Redis has acknowledged it. */
export class ChannelSubscription {
  readonly handlers = new Set<ChannelHandler>();
  #waiters: Waiter[] = [];
  #isActive = false;

  get isActive(): boolean {
    return this.#isActive;
  }

  /** Resolves when the subscription is acknowledged on the current link. */
  active(): Promise<void> {
    if (this.#isActive) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  activate(): void {
    this.#isActive = true;
    for (const waiter of this.#takeWaiters()) waiter.resolve();
  }

  /** The link is gone: later callers wait for the next link. */
  suspend(): void {
    this.#isActive = false;
  }

  fail(reason: Error): void {
    for (const waiter of this.#takeWaiters()) waiter.reject(reason);
  }

  #takeWaiters(): readonly Waiter[] {
    const waiters = this.#waiters;
    this.#waiters = [];
    return waiters;
  }
}
