/** Starts a Redis and some nodes on it, and stops them together. */
import { startRedis } from '@plenum/testkit';
import { type OwnProcess, urlOf } from '../processes/child-process.ts';
import type { RunningSystem, StartOptions } from './system.ts';

interface OwnSystemOptions extends Pick<RunningSystem, 'dialect' | 'token'> {
  readonly nodeCount: number;
  readonly isDurable?: boolean;
  readonly redisUrlOf?: StartOptions['redisUrlOf'];
  startNode(redisUrl: string): OwnProcess;
}

/** If one part fails to start, all others are stopped. */
export async function startOwnSystem(options: OwnSystemOptions): Promise<RunningSystem> {
  const redis = await startRedis({ appendonly: options.isDurable === true });
  const nodes: OwnProcess[] = [];
  const redisUrlOf = options.redisUrlOf ?? ((url: string) => Promise.resolve(url));
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  };
  try {
    for (let i = 0; i < options.nodeCount; i += 1) {
      nodes.push(options.startNode(await redisUrlOf(redis.url, i)));
    }
    const urls = await Promise.all(nodes.map(urlOf));
    const { dialect, token } = options;
    return { urls, nodes, dialect, token, isOurs: true, redisUrl: redis.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
