import { fileURLToPath } from 'node:url';
import { startOwnProcess } from '../processes/child-process.ts';
import { type StartOptions, type SystemKind, startOwnSystem, withUrlSent } from './system.ts';

/** The compiled script: it is used even when this file runs from source, so build first. */
const script = fileURLToPath(new URL('../../dist/systems/bare-node.js', import.meta.url));

const bareSystem =
  (adapter: 'classic' | 'sharded') =>
  (nodeCount: number, options: StartOptions = {}) =>
    startOwnSystem({
      ...options,
      nodeCount,
      dialect: 'bare',
      token: () => Promise.resolve('none'),
      startNode: (redisUrl) =>
        withUrlSent(
          startOwnProcess({
            script,
            nodeOptions: options.nodeOptions ?? [],
            args: [adapter, redisUrl],
            environment: { NODE_ENV: 'production' },
          }),
        ),
    });

export const classicBaseline: SystemKind = {
  name: 'B0',
  description: 'bare Socket.IO + @socket.io/redis-adapter, classic',
  start: bareSystem('classic'),
};

export const shardedBaseline: SystemKind = {
  name: 'B1',
  description: 'bare Socket.IO + @socket.io/redis-adapter, sharded',
  start: bareSystem('sharded'),
};
