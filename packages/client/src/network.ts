/** Whether the device has a network. */
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
