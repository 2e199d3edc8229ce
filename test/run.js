/**
 * `npm test`, and with `--all` `npm run test:all`: obtains what the tests need, runs them, and says what they did not
 * cover. A given REDIS_URL is used under fresh prefixes only; tests that kill or configure Redis start their own.
 */
import { join } from 'node:path';
import { checkCleanClone } from './clean-clone.js';
import { checkHaproxy } from './haproxy.js';
import { checked, commanded, root, tested } from './stage.js';

/** @typedef {import('./stage.js').StageResult} StageResult */

const isEverything = process.argv.includes('--all');
// Each race of test/flow/races.test.ts goes on for 2,000 tries or this long.
process.env['RACE_SECONDS'] ??= isEverything ? '30' : '2';
// Values of PLENUM_FANOUT with which everything about reception is run.
process.env['FANOUTS'] ??= isEverything ? 'coalesced,plain' : 'coalesced';
const bin = (/** @type {string} */ name) => join(root, 'node_modules/.bin', name);

/** @type {StageResult[]} */
const results = [];
/** @type {string[]} */
const notCovered = [
  'browsers: no test drives a page',
  'proxies: no test sends traffic through HAProxy or nginx',
  'PostgreSQL and webhooks: there are no adapters for them yet',
  'long runs: load, soak and capacity',
  'Docker: the image and docker-compose.yml are not built or started',
];

if (isEverything) {
  results.push(await commanded('lint', bin('biome'), ['check', '--error-on-warnings', '.']));
  results.push(await commanded('types of the tests', bin('tsc'), ['-p', 'test', '--noEmit']));
  results.push(await commanded('unused and undeclared (knip)', bin('knip'), []));
}
const built = await commanded('build', bin('tsc'), ['-b']);
results.push(built);
if (built.failed === 0) await runTests();
report();

async function runTests() {
  results.push(await tested('unit'));
  results.push(await tested('architecture'));
  const hasOwnRedis = await canStartRedis();
  if (hasOwnRedis) {
    results.push(await tested('redis'));
  } else if (process.env['REDIS_URL'] !== undefined) {
    results.push(await tested('redis', ['conformance']));
    notCovered.push(
      'failures of Redis: only the given REDIS_URL was there, and nothing kills or configures that one',
    );
  } else {
    results.push(await checked('Redis can be obtained', () => Promise.resolve(false)));
    notCovered.push('everything that needs Redis: there is none (see above)');
    return;
  }
  results.push(await tested('flow'));
  if (!isEverything) {
    notCovered.push('failovers, Sentinel, Cluster, the bench, deploy files, a clean clone: npm run test:all');
    return;
  }
  if (hasOwnRedis) results.push(await tested('failure'));
  results.push(await checked('deploy/haproxy.cfg is valid', checkHaproxy));
  results.push(await checked('a clean clone installs, starts and answers', checkCleanClone));
}

/** Installs or pulls it where that is needed, once, before test files ask for it side by side. */
async function canStartRedis() {
  const { startRedis } = await import('@plenum/testkit');
  try {
    const redis = await startRedis({});
    await redis.stop();
    return true;
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
    return false;
  }
}

function report() {
  const sum = (/** @type {'passed' | 'failed' | 'seconds'} */ field) =>
    results.reduce((total, result) => total + result[field], 0);
  const lines = results.map(({ name, passed, failed, seconds }) => {
    const mark = failed > 0 ? '✗' : '✓';
    return `${mark} ${name.padEnd(44)} ${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed ${String(seconds).padStart(7)} s`;
  });
  const summary = `${sum('passed')} passed, ${sum('failed')} failed`;
  const uncovered = ['Not covered by this run:', ...notCovered.map((what) => `  - ${what}`)];
  process.stdout.write(`\n${[...lines, '', ...uncovered, '', summary].join('\n')}\n`);
  process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
}
