/** What an attack is: a function that does harm until it has done enough or is asked to end, and leaves nothing open. */
export interface Target {
  /** Of the node. */
  readonly url: string;
  /** Of its admin port; null where it has none. */
  readonly adminUrl: string | null;
  /** Aborted when the time of the attack is over. */
  readonly signal: AbortSignal;
  tokenOf(userId: string): Promise<string>;
}

/**
 * Ends soon after the signal by itself, bounded in number also without it. Lives in `peers/`, one kind of attack to a file,
 * so that all of them can be let loose on one node.
 */
export type Peer<T = void> = (target: Target) => Promise<T>;

/** Between two steps of a peer: sockets of this process are served meanwhile. Resolves early when the attack is over. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
