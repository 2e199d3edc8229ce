import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { longTests } from './long-tests.js';
import { LongestFirst } from './longest-first.ts';

const conditions = ['@plenum/source'];

/** `npm test` is without the long files. */
const left = process.env['TESTS'] === 'everyday' ? longTests : [];
/** Files of one worker share what they import: most of the time of a short file is its imports. */
const isolate = false;

/** Tests of packages that need a Redis. */
const onRedis = ['packages/{redis,testkit,local-redis}/test/**/*.test.ts', 'apps/testkit/test/**/*.test.ts'];

const nodesOnPostgres =
  'test/failure/{archived,archived-edits,delivery-postgres,erase-messages,import,rebuild,rebuild-on-cluster,streamed-archive,taken-down}.test.ts';
const onPostgres = ['packages/adapters/test/postgres/**/*.test.ts', nodesOnPostgres];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Most of a test's time is waiting for sockets: three files at a time also where there are two cores.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Times out what hangs, not what the machine lets wait: patience with that is `eventually`'s, which is shorter.
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{packages,apps}/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          exclude: [...onRedis, ...onPostgres, ...left],
          isolate,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: onRedis,
          exclude: left,
          isolate,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: { name: 'postgres', include: onPostgres, testTimeout: 180_000, hookTimeout: 180_000 },
      },
      {
        extends: true,
        test: {
          name: 'architecture',
          include: [
            'test/{architecture,documentation,links,mutants,openapi,portable,prose,publishing,reference,runbook}.test.ts',
          ],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'flow',
          include: ['test/flow/**/*.test.ts'],
          exclude: left,
          isolate,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          exclude: left,
          // Clients are processes, some of which a busy machine starts slowly.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxConcurrency: 3,
        },
      },
      {
        extends: true,
        // The first run installs a generator.
        test: { name: 'python', include: ['test/python/**/*.test.ts'], testTimeout: 180_000 },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/browser/built-pages.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'docs',
          include: ['test/docs/**/*.test.ts'],
          testTimeout: 120_000,
          // Builds the site.
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'packages',
          include: ['test/packages/**/*.test.ts'],
          globalSetup: ['test/packages/packed.ts'],
          // They share the folder.
          fileParallelism: false,
          testTimeout: 120_000,
          // Packs, and installs from the registry.
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        // Processes with nodes in them, by the commands of the READMEs.
        test: {
          name: 'examples',
          include: ['test/examples/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        // The first run builds helm.
        test: {
          name: 'deployment',
          include: ['test/deployment/**/*.test.ts'],
          globalSetup: 'test/deployment/obtained.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'proxies',
          include: ['test/proxies/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'load',
          include: ['test/load/**/*.test.ts'],
          // What is left in memory is measured: nothing else may run in the process or press on the machine.
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'attack',
          include: ['test/attack/**/*.test.ts'],
          // Latency and memory of a node under attack are measured: one file at a time.
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        // `SOAK_MINUTES` of outage, and as long again at most to recover.
        test: { name: 'soak', include: ['test/soak/**/*.test.ts'], testTimeout: 3_600_000 },
      },
      {
        extends: true,
        // One run has as many minutes as `CHAOS_MINUTES` says.
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 24 * 3_600_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'failure',
          include: ['test/failure/**/*.test.ts'],
          exclude: [nodesOnPostgres],
          // Faults are timed by the machine, and mostly they are waited for: two files at a time.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
