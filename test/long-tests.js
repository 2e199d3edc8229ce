/**
 * What `npm test` leaves to `npm run test:all`: files that start nodes as processes or whole deployments of Redis, wait for real
 * time or ask thousands of requests.
 */

const flows = [
  'admin-tokens',
  'check',
  'client-by-hand',
  'client-sdk-faults',
  'cluster',
  'configuration',
  'configured-adapters',
  'error-table',
  'export-import',
  'first-minutes',
  'floods',
  'greedy-reader',
  'hostile-ids',
  'idle-commands',
  'internal-webhooks',
  'large-pages',
  'noisy-groups',
  'notifications',
  'odd-folder',
  'openapi',
  'owners',
  'pipeline',
  'presence',
  'races',
  'rule-matrix',
  'secret-rotation',
  'seed-chatx-behind',
  'serve',
  'silent-logs',
  'three-nodes',
  'user-commands',
  'worker-limits',
  'worker-starts',
  'workers',
];
const onRedis = [
  'boot/boot',
  'connections/cluster',
  'connections/going-away',
  'connections/moved-address',
  'connections/sentinel',
  'delivery/delivery',
  'delivery/delivery-kinds',
  'messages/adapters-at-work',
  'messages/races',
  'messages/waiting-copies',
  'model',
  'pubsub/subscriber',
  'redis-engine',
  'rights/rights',
  'scripts/away',
];

export const longTests = [
  ...flows.map((name) => `test/flow/${name}.test.ts`),
  ...onRedis.map((name) => `packages/redis/test/${name}.test.ts`),
  'packages/testkit/test/topologies.test.ts',
];
