import type { Fault } from './fault.ts';
import { faultsOfAdapters } from './of-adapters.ts';
import { faultsOfClients } from './of-clients.ts';
import { faultsOfFailovers } from './of-failovers.ts';
import { faultsOfLinks } from './of-links.ts';
import { faultsOfNodes } from './of-nodes.ts';
import { faultsOfRedis } from './of-redis.ts';

export const everyFault: readonly Fault[] = [
  ...faultsOfNodes,
  ...faultsOfRedis,
  ...faultsOfFailovers,
  ...faultsOfLinks,
  ...faultsOfAdapters,
  ...faultsOfClients,
];
