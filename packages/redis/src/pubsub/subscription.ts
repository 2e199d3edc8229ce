/** Subscriptions to channels: what a node may ask for, and the state of one of them. */

/** Called for each payload, in Redis' order. */
export type ChannelHandler = (payload: Buffer) => void;

/** What this node hears of sharded pub/sub, over one server or all masters of a Cluster. */
export interface Channels {
  /** False while a server cannot be heard. */
  readonly isUp: boolean;
  /**
   * Adds a handler; it stays, over any number of reconnects and moves, until `unsubscribe`. Resolves when Redis has
   * acknowledged the channel: what is published afterwards is heard.
   * @throws PlenumError `unavailable` when Redis refuses the channel, or it is given up before it was acknowledged.
   */
  subscribe(channel: string, handler: ChannelHandler): Promise<void>;
  /** Removes a handler; with the last one the channel goes. Payloads on their way may still arrive. Idempotent. */
  unsubscribe(channel: string, handler: ChannelHandler): void;
  /** Called when channels that were not heard for a while are heard again: what was published in between is lost. */
  onResubscribed(listener: (channels: readonly string[] | 'all') => void): void;
  /** Whoever still waits for a subscription is refused. */
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

  /** The link is gone; whoever asks from now on waits for the next one. */
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
