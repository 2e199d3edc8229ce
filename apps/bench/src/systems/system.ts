import type { DialectName } from '../load/plan.ts';

/** A system under load. */
export interface RunningSystem {
  readonly urls: readonly string[];
  readonly dialect: DialectName;
  /** Empty: the nodes are not ours, and their CPU is not known. */
  readonly nodePids: readonly number[];
  /** Null: not known. */
  readonly redisUrl: string | null;
  /** On this machine: load may come from several addresses of 127.0.0.0/8. */
  readonly isOurs: boolean;
  token(userId: string): Promise<string>;
  /** Idempotent. */
  stop(): Promise<void>;
}

export interface SystemKind {
  /** Short: stands in tables. */
  readonly name: string;
  readonly description: string;
  /** Fresh processes, an empty Redis. */
  start(nodeCount: number): Promise<RunningSystem>;
}
