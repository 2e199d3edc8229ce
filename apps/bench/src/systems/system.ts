import type { DialectName } from '../load/plan.ts';
import type { OwnProcess } from '../processes/child-process.ts';

/** A system under load. */
export interface RunningSystem {
  readonly urls: readonly string[];
  readonly dialect: DialectName;
  /**
   * The node processes, in the order of `urls`. Empty when the bench did not start them: their CPU cannot be measured.
   */
  readonly nodes: readonly OwnProcess[];
  /** Null if the address is not known. */
  readonly redisUrl: string | null;
  /** True if the nodes run on this machine: then load may come from several addresses of 127.0.0.0/8. */
  readonly isOurs: boolean;
  token(userId: string): Promise<string>;
  /** Idempotent. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** The URL at which node number `node` finds Redis, for example a proxy. Default: `redisUrl`. */
  readonly redisUrlOf?: (redisUrl: string, node: number) => Promise<string>;
  /** Command-line options for the Node.js process of each node. */
  readonly nodeOptions?: readonly string[];
}

export interface SystemKind {
  /** A short name for the cells of tables. */
  readonly name: string;
  readonly description: string;
  /** Starts new processes on an empty Redis. */
  start(nodeCount: number, options?: StartOptions): Promise<RunningSystem>;
}
