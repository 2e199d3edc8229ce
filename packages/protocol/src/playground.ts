/** What the playground, the pages that a node serves at `/`, reads of its node. */

export interface PlaygroundSettings {
  /** Event name of requests. */
  readonly event: string;
  readonly service: string;
  readonly version: string;
  /** True in dev mode: the node gives a token to every user who asks. */
  readonly has_dev_tokens: boolean;
  /**
   * Hosts under which other devices of the network reach this page, with a port where it is another one than that of the page; none
   * if only this machine does.
   */
  readonly lan_hosts: readonly string[];
  /** True in `npm run cluster`: nodes can be killed from the page. */
  readonly has_cluster: boolean;
  /** The console is at `/console` of the same address. */
  readonly has_console: boolean;
  readonly storage: 'memory' | 'redis';
}

/** Service of the requests by which the playground sees and kills the nodes of `npm run cluster`. */
export const playgroundService = 'playground';

/** A node of `npm run cluster`. */
export interface ClusterNode {
  /** From 1. It stays the same when the node is started again. */
  readonly number: number;
  /** Null: it has ended and is being started again. */
  readonly pid: number | null;
}

/** Result of the request `nodes` of that service. `node`: the number of the node that answers. */
export interface ClusterNodes {
  readonly node: number;
  readonly nodes: readonly ClusterNode[];
}
