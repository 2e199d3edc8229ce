/** What the SDK takes from the machine that it runs on: time, randomness, and whether there is a network. */

/** Time as the SDK sees it. Only differences of `monotonicMs` mean anything. */
export interface Clock {
  /** Milliseconds on a clock that never steps. */
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
  // Unlike `randomUUID` it exists outside of secure contexts too.
  token: () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
      '',
    ),
  fraction: () => Math.random(),
};

export interface Network {
  /** Calls `task` each time the network comes back; the returned function ends that. */
  onBack(task: () => void): () => void;
}

/** Browsers have both functions, Node has neither: there `task` is never called. */
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
