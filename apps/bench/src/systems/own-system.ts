/** A Redis and some nodes on it, started and stopped together. */
import { type RedisServer, startRedis } from '@plenum/testkit';
import { type OwnProcess, urlOf } from './child-process.ts';
import type { RunningSystem } from './system.ts';

interface OwnSystemOptions extends Pick<RunningSystem, 'dialect' | 'token'> {
  readonly nodeCount: number;
  readonly isDurable?: boolean;
  startNode(redis: RedisServer): OwnProcess;
}

export interface OwnSystem extends RunningSystem {
  readonly redis: RedisServer;
}

/** All or nothing. */
export async function startOwnSystem(options: OwnSystemOptions): Promise<OwnSystem> {
  const redis = await startRedis({ appendonly: options.isDurable === true });
  const nodes: OwnProcess[] = [];
  const stop = async () => {
    await Promise.all(nodes.splice(0).map((node) => node.stop()));
    await redis.stop();
  };
  try {
    for (let i = 0; i < options.nodeCount; i += 1) nodes.push(options.startNode(redis));
    const urls = await Promise.all(nodes.map(urlOf));
    const nodePids = nodes.map(({ pid }) => pid);
    const { dialect, token } = options;
    return { redis, urls, nodePids, dialect, token, isOurs: true, redisUrl: redis.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
