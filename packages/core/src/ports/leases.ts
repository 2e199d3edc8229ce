/** Which node does what has to be done by one: nodes, and the lease with a fencing token of each partition. */

/** One start of a node. A restarted node is another one. */
export interface NodeCard {
  /** Unique per process start. */
  readonly nodeId: string;
  /** Where other nodes and operators find it, if it listens. */
  readonly url: string | null;
  readonly version: string;
  /** Takes no new partitions and gives its own away. */
  readonly isDraining: boolean;
}
/** A node as the registry shows it: dead once an observer saw `beat` unchanged for one TTL on his own monotonic clock. */
export interface NodeBeat extends NodeCard {
  readonly beat: number;
}

export interface NodeRegistry {
  /** Registers the node if it is not, and counts its heartbeat up by one. */
  beat(card: NodeCard): Promise<void>;
  nodes(): Promise<readonly NodeBeat[]>;
  /** Takes a node off: the own one at its end, or one that an observer found dead at that very beat. */
  remove(node: Pick<NodeBeat, 'nodeId'> & { readonly beat?: number }): Promise<void>;
}

/** Holder and token together are the right to act; a script that gets an older token commits nothing. */
export interface Lease {
  readonly partition: number;
  readonly nodeId: string;
  /** Rises with every change of holder and never repeats. */
  readonly token: number;
}

export interface Leases {
  /** Null: another node holds it. The holder gets his own again, with the same token. */
  acquire(partition: number, nodeId: string): Promise<Lease | null>;
  /** @returns the partitions of those that are still held and were prolonged by one TTL. */
  renew(leases: readonly Lease[]): Promise<ReadonlySet<number>>;
  /** Does nothing if it is another's by now. */
  release(lease: Lease): Promise<void>;
  /** Null where nobody holds the partition at this moment. */
  holders(): Promise<ReadonlyMap<number, Lease>>;
}
