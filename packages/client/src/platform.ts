/** The interfaces by which the client gets time, randomness and the state of the network from its platform. */

/** The client's clock. Only differences of `monotonicMs` have a meaning. */
export interface Clock {
  /** Milliseconds of a clock that never steps. */
  monotonicMs(): number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Randomness, injected so that tests can repeat a run. */
export interface Random {
  /** 32 unguessable characters of `[0-9a-f]`: a request id. */
  token(): string;
  /** At least 0, below 1. */
  fraction(): number;
}

export const systemRandom: Random = {
  // Unlike `randomUUID`, `getRandomValues` exists outside of secure contexts too.
  token: () =>
    crypto
      .getRandomValues(new Uint8Array(16))
      .reduce((hex, byte) => hex + byte.toString(16).padStart(2, '0'), ''),
  fraction: Math.random,
};

export interface Network {
  /** Calls `task` each time the network comes back. @returns a function that ends this */
  onBack(task: () => void): () => void;
}

/** The globals that are used. Node has no `addEventListener`, so there `task` is never called. */
interface GlobalScope {
  readonly performance: object;
  readonly addEventListener?: (event: 'online', task: () => void) => void;
  readonly removeEventListener?: (event: 'online', task: () => void) => void;
}
const scope: GlobalScope = globalThis;

export const systemNetwork: Network = {
  onBack: (task) => {
    scope.addEventListener?.('online', task);
    return () => scope.removeEventListener?.('online', task);
  },
};
