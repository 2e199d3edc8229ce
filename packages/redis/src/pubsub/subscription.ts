/** One channel that this node wants to hear, and who waits until Redis has confirmed it. */

/** Called for each payload, in Redis' order. */
export type ChannelHandler = (payload: Buffer) => void;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

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
