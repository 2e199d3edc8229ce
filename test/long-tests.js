/** What `npm test` leaves to `npm run test:all`: files that start nodes as processes, wait for real time or ask thousands of requests. */

const flows = [
  'admin-tokens',
  'check',
  'client-by-hand',
  'client-sdk-faults',
  'cluster',
  'configuration',
  'configured-adapters',
  'error-table',
  'first-minutes',
  'floods',
  'greedy-reader',
  'hostile-ids',
  'internal-webhooks',
  'large-pages',
  'noisy-groups',
  'notifications',
  'odd-folder',
  'openapi',
  'owners',
  'presence',
  'races',
  'rule-matrix',
  'secret-rotation',
  'serve',
  'silent-logs',
  'three-nodes',
  'user-commands',
];
const onRedis = ['boot/boot', 'connections/moved-address', 'model', 'rights/rights'];

export const longTests = [
  ...flows.map((name) => `test/flow/${name}.test.ts`),
  ...onRedis.map((name) => `packages/redis/test/${name}.test.ts`),
];
