/** Which node does what has to be done by one: nodes, the lease with a fencing token of each partition, and the works. */
/** Which node does what has to be done by one: nodes, and the lease with a fencing token of each partition. */

/**
 * Who owns partitions: `owner` = the live node that hashing prefers, `local` = one node all of them, and no second node.
 * Either way by lease.
 */
export type ClusterStrategy = 'owner' | 'local';

/** One start of a node. A restarted node is another one. */
export interface NodeCard {
  /** Unique per process start; no spaces. */
  readonly nodeId: string;
  /** Where other nodes and operators find it, if it listens. */
  readonly url: string | null;
  readonly version: string;
  readonly strategy: ClusterStrategy;
  /** Takes no new partitions and gives its own away. */
  readonly isDraining: boolean;
}
/** A node as the registry shows it: dead once an observer saw `beat` unchanged for one TTL on its own monotonic clock. */
export interface NodeBeat extends NodeCard {
  readonly beat: number;
}

export interface BeatAnswer {
  /** It was not registered: its first beat, or others took it for dead meanwhile. */
  readonly isNew: boolean;
  /** An operator asked it to drain. */
  readonly isDrainAsked: boolean;
}

/** Every method but `wake` and `onWake` throws `PlenumError` `unavailable` when the store is away. */
export interface NodeRegistry {
  /** Registers the node if it is not, and counts its heartbeat up by one. */
  beat(card: NodeCard): Promise<BeatAnswer>;
  nodes(): Promise<readonly NodeBeat[]>;
  /** Takes a node off: the own one at its end, or one that an observer found dead at that very beat. */
  remove(node: Pick<NodeBeat, 'nodeId'> & { readonly beat?: number }): Promise<void>;
  /** Leaves word for a node, which learns it with its next beat, and wakes it. @returns false: no such node. */
  askDrain(nodeId: string): Promise<boolean>;
  /** Asks a node to look at the cluster now instead of a little later. Never throws, never waits, may get lost. */
  wake(nodeId: string): void;
  /** The listener is called when this node is woken, never within a call. @returns what ends it. */
  onWake(nodeId: string, listener: () => void): () => void;
}

/** Holder and token together are the right to act; a script that gets an older token commits nothing. */
export interface Lease {
  readonly partition: number;
  readonly nodeId: string;
  /** Rises with every change of holder and never repeats. */
  readonly token: number;
}

/** What is known of leases that were to be prolonged; of those in neither set there was no answer. */
export interface Renewal {
  /** Partitions that are still held, and now for one more TTL. */
  readonly renewed: ReadonlySet<number>;
  /** Partitions whose lease another node has, or none. */
  readonly lost: ReadonlySet<number>;
}

/** Every method but `renew` throws `PlenumError` `unavailable` when the store is away. */
export interface Leases {
  /** How long a lease lasts that is not prolonged. The same on every node. */
  readonly ttlMs: number;
  /** Null: another node holds it. The holder gets its own again, with the same token, for one more TTL. */
  acquire(partition: number, nodeId: string): Promise<Lease | null>;
  /** Never throws: a shard that is away leaves its partitions out of the answer. */
  renew(leases: readonly Lease[]): Promise<Renewal>;
  /** Does nothing if it is another's by now. */
  release(lease: Lease): Promise<void>;
  /** Null where no node holds the partition at this moment. */
  holder(partition: number): Promise<Lease | null>;
  /** Of all partitions that a node holds at this moment. */
  holders(): Promise<ReadonlyMap<number, Lease>>;
}

/** What the owner of a partition does for it: delivery, housekeeping. */
export interface PartitionWork {
  readonly name: string;
  /**
   * The lease was gained: works until the signal aborts (the lease is lost, handed over, or the node stops), then ends at the
   * next step. Resolves when nothing of it runs; never rejects. All effects are fenced by the lease besides.
   */
  run(lease: Lease, signal: AbortSignal): Promise<void>;
}
