/** A system under load, and how the bench starts one with a Redis and nodes of its own. */
import { startRedis } from '@plenum/testkit';
import type { DialectName } from '../load/plan.ts';
import { type OwnProcess, urlOf } from '../processes/child-process.ts';

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
  /** Of the nodes that were started here, if they have one. */
  readonly adminToken?: string;
  /** Idempotent. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** The URL at which node number `node` finds Redis, for example a proxy. Default: `redisUrl`. */
  readonly redisUrlOf?: (redisUrl: string, node: number) => Promise<string>;
  /** Command-line options for the Node.js process of each node. */
  readonly nodeOptions?: readonly string[];
  /** Overrides variables of each node. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface SystemKind {
  /** A short name for the cells of tables. */
  readonly name: string;
  readonly description: string;
  /** Starts new processes on an empty Redis. */
  start(nodeCount: number, options?: StartOptions): Promise<RunningSystem>;
}

interface OwnSystemOptions extends Pick<RunningSystem, 'dialect' | 'token' | 'adminToken'> {
  readonly nodeCount: number;
  readonly isDurable?: boolean;
  readonly startRedis?: typeof startRedis | undefined;
  readonly redisUrlOf?: StartOptions['redisUrlOf'];
  startNode(redisUrl: string): StartedNode | Promise<StartedNode>;
}

export interface StartedNode {
  readonly process: OwnProcess;
  /** Resolves when it listens. @throws Error with its last lines if it ends before */
  url(): Promise<string>;
}

/** A node that sends its URL to its parent. */
export const withUrlSent = (process: OwnProcess): StartedNode => ({ process, url: () => urlOf(process) });

/** If one part fails to start, all others are stopped. */
export async function startOwnSystem(options: OwnSystemOptions): Promise<RunningSystem> {
  const redis = await (options.startRedis ?? startRedis)({ appendonly: options.isDurable === true });
  const started: StartedNode[] = [];
  const redisUrlOf = options.redisUrlOf ?? ((url: string) => Promise.resolve(url));
  const stop = async () => {
    await Promise.all(started.map(({ process }) => process.stop()));
    await redis.stop();
  };
  try {
    for (let i = 0; i < options.nodeCount; i += 1) {
      started.push(await options.startNode(await redisUrlOf(redis.url, i)));
    }
    const urls = await Promise.all(started.map((node) => node.url()));
    const nodes = started.map(({ process }) => process);
    const { dialect, token, adminToken } = options;
    const tokens = { token, ...(adminToken === undefined ? {} : { adminToken }) };
    return { urls, nodes, dialect, ...tokens, isOurs: true, redisUrl: redis.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
