import type { DialectName } from '../load/plan.ts';
import type { OwnProcess } from '../processes/child-process.ts';

/** A system under load. */
export interface RunningSystem {
  readonly urls: readonly string[];
  readonly dialect: DialectName;
  /** In the order of `urls`. Empty: they are not ours, and their CPU is not known. */
  readonly nodes: readonly OwnProcess[];
  /** Null: not known. */
  readonly redisUrl: string | null;
  /** On this machine: load may come from several addresses of 127.0.0.0/8. */
  readonly isOurs: boolean;
  token(userId: string): Promise<string>;
  /** Idempotent. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Where node number `node` finds Redis; default: where it is. */
  readonly redisUrlOf?: (redisUrl: string, node: number) => Promise<string>;
  /** For the Node that runs a node. */
  readonly nodeOptions?: readonly string[];
}

export interface SystemKind {
  /** Short: for the cells of tables. */
  readonly name: string;
  readonly description: string;
  /** Fresh processes, an empty Redis. */
  start(nodeCount: number, options?: StartOptions): Promise<RunningSystem>;
}
