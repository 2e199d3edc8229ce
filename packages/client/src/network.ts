/** What a device knows of its network. */
export interface Network {
  /** Calls `task` whenever there is a network again; the returned function ends that. */
  onBack(task: () => void): () => void;
}

/** Browsers have both, Node has neither: there nothing is ever called. */
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
