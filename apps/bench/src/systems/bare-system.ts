import { fileURLToPath } from 'node:url';
import { startOwnProcess } from '../processes/child-process.ts';
import { startOwnSystem } from './own-system.ts';
import type { StartOptions, SystemKind } from './system.ts';

/** Built, also when this file is run from source. */
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
        startOwnProcess({
          script,
          nodeOptions: options.nodeOptions ?? [],
          args: [adapter, redisUrl],
          environment: { NODE_ENV: 'production' },
        }),
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
