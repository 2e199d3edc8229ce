/** Subscriptions to channels: what a node may ask for, and the state of one of them. */

/** Called for each payload, in Redis' order. */
export type ChannelHandler = (payload: Buffer) => void;

/** Subscriptions of this node, on one server or on all masters of a Cluster. */
export interface Channels {
  /** False while a server does not answer. */
  readonly isUp: boolean;
  /**
   * Adds a handler; it stays until `unsubscribe`, over reconnects and moves. Resolves when Redis has acknowledged the
   * channel: later payloads arrive.
   * @throws PlenumError `unavailable` when Redis refuses the channel, or `unsubscribe` comes first
   */
  subscribe(channel: string, handler: ChannelHandler): Promise<void>;
  /** Removes a handler; with the last one the subscription ends. Payloads in flight may still arrive. Idempotent. */
  unsubscribe(channel: string, handler: ChannelHandler): void;
  /** Called when channels are active again after a break: payloads in between are lost. */
  onResubscribed(listener: (channels: readonly string[] | 'all') => void): void;
  /** Rejects the callers that wait for a subscription. */
  close(): void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** One channel that this node wants to hear, and the callers that wait until Redis has confirmed it. */
export class Subscription {
  readonly handlers = new Set<ChannelHandler>();
  #waiters: Waiter[] = [];
  #isActive = false;

  get isActive(): boolean {
    return this.#isActive;
  }

  /** Resolves when the subscription exists on the present link. */
  active(): Promise<void> {
    if (this.#isActive) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  activate(): void {
    this.#isActive = true;
    for (const waiter of this.#takeWaiters()) waiter.resolve();
  }

  /** The link is gone; later callers wait for the next one. */
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
