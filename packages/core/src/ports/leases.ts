/**
 * Decides which node does the work that only one node may do: the registry of nodes, a lease with a fencing token per
 * partition, and the works.
 */

/**
 * Who owns the partitions. `owner`: for each, the live node that hashing prefers. `local`: one node owns all, and a
 * second node is refused. Both use leases.
 */
export type ClusterStrategy = 'owner' | 'local';

/** One start of a node. A restarted node is a new one. */
export interface NodeCard {
  /** Unique per process start; no spaces. */
  readonly nodeId: string;
  /** The address for other nodes and operators; null if the node does not listen. */
  readonly url: string | null;
  readonly version: string;
  readonly strategy: ClusterStrategy;
  /** Takes no new partitions and gives its own away. */
  readonly isDraining: boolean;
}
/**
 * A node as the registry shows it. An observer counts it as dead when `beat` has not changed for one TTL of the
 * observer's monotonic clock.
 */
export interface NodeBeat extends NodeCard {
  readonly beat: number;
}

export interface BeatAnswer {
  /** True if the node was not registered: this is its first beat, or others took it for dead. */
  readonly isNew: boolean;
  /** An operator asked it to drain. */
  readonly isDrainAsked: boolean;
}

/** Every method except `wake` and `onWake` throws `PlenumError` `unavailable` when the store cannot be reached. */
export interface NodeRegistry {
  /** Registers the node if necessary, and increments its heartbeat by one. */
  beat(card: NodeCard): Promise<BeatAnswer>;
  nodes(): Promise<readonly NodeBeat[]>;
  /**
   * Removes a node: this node when it stops, or a node that an observer found dead, only while its `beat` is still
   * the same.
   */
  remove(node: Pick<NodeBeat, 'nodeId'> & { readonly beat?: number }): Promise<void>;
  /** Requests that a node drains: its next beat returns the request, and it is woken. @returns false: no such node */
  askDrain(nodeId: string): Promise<boolean>;
  /** Asks a node to look at the cluster now. Never throws, never waits, may be lost. */
  wake(nodeId: string): void;
  /** Calls the listener when this node is woken, never within a call. @returns a function that ends it */
  onWake(nodeId: string, listener: () => void): () => void;
}

/** The right to act for a partition: holder and token together. A script that gets an older token commits nothing. */
export interface Lease {
  readonly partition: number;
  readonly nodeId: string;
  /** Rises with every change of holder and never repeats. */
  readonly token: number;
}

/** The result of renewing leases. A partition in neither set got no answer. */
export interface Renewal {
  /** Partitions that are still held, for one more TTL. */
  readonly renewed: ReadonlySet<number>;
  /** Partitions whose lease has ended or belongs to another node. */
  readonly lost: ReadonlySet<number>;
}

/** Every asynchronous method except `renew` throws `PlenumError` `unavailable` when the store cannot be reached. */
export interface Leases {
  /** How long a lease lasts without a renewal. The same on every node. */
  readonly ttlMs: number;
  /**
   * Acquires the lease; null: another node holds it. The holder gets its own lease again, with the same token, for
   * one more TTL.
   */
  acquire(partition: number, nodeId: string): Promise<Lease | null>;
  /**
   * Splits leases into slices. `renew` with one slice sends the store one command. The same leases in the same order
   * give the same slices.
   */
  slices(leases: readonly Lease[]): readonly (readonly Lease[])[];
  /** Renews leases. Never throws: the partitions of a shard that cannot be reached are missing in the result. */
  renew(leases: readonly Lease[]): Promise<Renewal>;
  /** Gives the lease back. Does nothing if another node holds it by now. */
  release(lease: Lease): Promise<void>;
  /** The present lease of the partition; null: no node holds it. */
  holder(partition: number): Promise<Lease | null>;
  /** The present leases of all partitions. */
  holders(): Promise<ReadonlyMap<number, Lease>>;
}

/** Work that the owner of a partition does for it, such as delivery or housekeeping. */
export interface PartitionWork {
  readonly name: string;
  /**
   * Runs under a lease that was gained, until the signal aborts (the lease is lost or handed over, or the node
   * stops), then ends at its next step. Resolves when nothing of it runs; never rejects. Its effects are also fenced
   * by the lease.
   */
  run(lease: Lease, signal: AbortSignal): Promise<void>;
}
