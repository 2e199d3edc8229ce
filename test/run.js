/**
 * `npm test`, with `--all` `npm run test:all`, with `--postgres` `npm run test:postgres`: obtains what the tests need, runs
 * them, and says what they did not cover. A given REDIS_URL is used under fresh prefixes only, a given POSTGRES_URL under fresh
 * schemas; tests that kill, restart or configure one start their own.
 */
import { join } from 'node:path';
import { obtainChromium } from './chromium.js';
import { checkCleanClone } from './clean-clone.js';
import { obtain } from './debian-package.js';
import { language } from './interop/languages.js';
import { longTests } from './long-tests.js';
import { obtainPythonTools } from './python-tools.js';
import { checked, commanded, root, run, tested } from './stage.js';

/** @typedef {import('./stage.js').StageResult} StageResult */

const isEverything = process.argv.includes('--all');
const isPostgresOnly = process.argv.includes('--postgres');
// Each race of test/flow/races.test.ts runs for 2,000 tries or this long.
process.env['RACE_SECONDS'] ??= '5';
// What each engine is sent by test/attack/fuzz.test.ts.
process.env['FUZZ_PACKETS'] ??= '40000';
process.env['FUZZ_REQUESTS'] ??= '10000';
// Values of PLENUM_FANOUT with which everything about reception is run.
process.env['FANOUTS'] ??= isEverything ? 'coalesced,plain' : 'coalesced';
// Nothing that `npm test` runs is timed by the machine, and mostly it waits: more files at a time.
if (!isEverything && !isPostgresOnly) {
  process.env['TESTS'] = 'everyday';
  process.env['VITEST_MAX_WORKERS'] ??= '4';
}
const bin = (/** @type {string} */ name) => join(root, 'node_modules/.bin', name);

/** Between them they use every part of the engine. */
const flowsOfShippedUser = [
  'catch-up',
  'client-sdk',
  'library',
  'notifications',
  'owners',
  'presence',
  'resync',
];

/** Of verify:mixed: the commit to build is not there. */
const unknownVersionCode = 3;

/** @type {StageResult[]} */
const results = [];
/** @type {string[]} */
const notCovered = [
  ...(isEverything
    ? []
    : [
        'browsers: npm run test:all drives a Chromium',
        'proxies: npm run test:all puts HAProxy and nginx before three nodes',
        'the site of the documents and the code of its pages: npm run test:docs',
        'clients in Python: npm run test:all has one by hand, and generates one from the OpenAPI document',
        'the packages, installed outside of the repository, on Node 20.19, 22 and 24: npm run test:packages',
        'the examples of apps/examples: npm run test:examples',
      ]),
  ...(isEverything && (process.env['CENTRIFUGO'] ?? '') === ''
    ? ['the bench against Centrifugo: CENTRIFUGO=<path of its binary>']
    : []),
  'long runs: npm run soak; capacity',
  'Docker: the image and docker-compose.yml are not built or started',
];

if (isEverything) {
  results.push(await commanded('lint', bin('biome'), ['check', '--error-on-warnings', '.']));
  results.push(await commanded('types of the tests', bin('tsc'), ['-p', 'test', '--noEmit']));
}
const built = await commanded('build', bin('tsc'), ['-b']);
results.push(built);
// It loads the configuration of the pages, which reads built code.
if (isEverything) results.push(await commanded('unused and undeclared (knip)', bin('knip'), []));
if (built.failed === 0) await (isPostgresOnly ? runPostgresTests() : runTests());
report();

async function runTests() {
  results.push(await tested('unit'));
  results.push(await tested('architecture'));
  const { startRedis } = await import('@plenum/testkit');
  const hasOwnRedis = await canStart(startRedis);
  if (hasOwnRedis) {
    results.push(await tested('integration'));
  } else if (process.env['REDIS_URL'] !== undefined) {
    results.push(await tested('integration', ['conformance']));
    notCovered.push(
      'failures of Redis: only the given REDIS_URL was there, and nothing kills or configures that one',
    );
  } else {
    results.push(await checked('Redis can be obtained', () => Promise.resolve(false)));
    notCovered.push('everything that needs Redis: there is none (see above)');
    return;
  }
  results.push(await tested('flow'));
  if (isEverything) await runInteropAndPython();
  else results.push(await tested('interop'));
  if (!isEverything) {
    notCovered.push(
      'the archive in PostgreSQL: npm run test:postgres',
      'failovers, Sentinel, Cluster, attacks and fuzz, two versions, the bench, a clean clone: npm run test:all',
      `${longTests.length} long files, listed in test/long-tests.js: npm run test:all`,
    );
    return;
  }
  await runAlertTests();
  if (hasOwnRedis) await runAsShippedUser();
  if (hasOwnRedis) await runTwoVersions();
  else notCovered.push('nodes of two versions: they want a Redis of their own');
  if (hasOwnRedis) results.push(await tested('failure'));
  if (hasOwnRedis) results.push(await tested('load'));
  if (hasOwnRedis) results.push(await tested('attack'));
  if (hasOwnRedis) await runBrowserTests();
  else notCovered.push('browsers: their nodes want a Redis of their own');
  await runPostgresTests();
  if (hasOwnRedis) await runProxyTests();
  else notCovered.push('proxies: their tests keep a node from its Redis, which has to be their own');
  if (hasOwnRedis) results.push(await tested('docs'));
  else notCovered.push('the code of the documents: its nodes want a Redis of their own');
  results.push(await tested('packages'));
  if (hasOwnRedis) results.push(await tested('examples'));
  else notCovered.push('the examples: each wants a Redis of its own');
  results.push(await checked('a clean clone installs, starts and answers', checkCleanClone));
}

/** The rules of deploy/alerts on series that are made up, by the tool of Prometheus itself. */
async function runAlertTests() {
  results.push(
    await checked('alert rules (promtool)', async () => {
      const promtool = await obtain('promtool', 'prometheus');
      return (await run(promtool, ['test', 'rules', 'test/alerts/plenum.yml'])) === 0;
    }),
  );
}

/** On a Redis whose user has the rights of deploy/redis.acl and no others. */
async function runAsShippedUser() {
  const { REDIS_URL: given } = process.env;
  delete process.env['REDIS_URL'];
  process.env['REDIS_TEST_USER'] = 'shipped';
  results.push(await tested('integration', ['packages/redis/test/conformance']));
  results.push(
    await tested(
      'flow',
      flowsOfShippedUser.map((name) => `test/flow/${name}.test.ts`),
    ),
  );
  delete process.env['REDIS_TEST_USER'];
  if (given !== undefined) process.env['REDIS_URL'] = given;
}

/** Without its history a copy has no version before. */
async function runTwoVersions() {
  let exitCode = 1;
  const result = await checked('nodes of two versions (verify:mixed)', async () => {
    exitCode = await run(process.execPath, ['apps/bench/bin/verify-mixed.js', '--for', '20s']);
    return exitCode === 0;
  });
  if (exitCode === unknownVersionCode) {
    notCovered.push('nodes of two versions: this copy has no history with the version before (see above)');
  } else results.push(result);
}

async function runBrowserTests() {
  const hasChromium = await checked('Chromium can be obtained', obtainChromium);
  if (hasChromium.failed === 0) {
    results.push(await tested('browser'));
  } else {
    results.push(hasChromium);
    notCovered.push('browsers: there is none (see above)');
  }
}

/** Where there is no Python that can install what they need, that is no fault of the service. */
async function runInteropAndPython() {
  const canPython = await hasPython();
  if (!canPython) process.env['INTEROP_LANGUAGES'] = 'sdk,javascript,javascript-3';
  results.push(await tested('interop'));
  if (canPython) results.push(await tested('python'));
  notCovered.push('clients in Go, Rust and Java: npm run test:interop:all builds them');
}

async function hasPython() {
  try {
    await obtainPythonTools();
    await language('python').build();
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : error;
    notCovered.push(`clients in Python, by hand and generated from the OpenAPI document: ${reason}`);
    return false;
  }
}

async function runProxyTests() {
  const hasProxies = await checked('HAProxy and nginx can be obtained', async () => {
    await obtain('haproxy', 'haproxy');
    await obtain('nginx', 'nginx');
    return true;
  });
  if (hasProxies.failed === 0) {
    results.push(await tested('proxies'));
  } else {
    results.push(hasProxies);
    notCovered.push('proxies: not both of them are there (see above)');
  }
}

async function runPostgresTests() {
  const { startPostgres } = await import('@plenum/testkit');
  if (await canStart(startPostgres)) {
    results.push(await tested('postgres'));
  } else if (process.env['POSTGRES_URL'] !== undefined) {
    results.push(await tested('postgres', ['conformance.test.ts', 'archive.test.ts']));
    notCovered.push('restarts of PostgreSQL: only the given POSTGRES_URL was there, and nothing restarts it');
  } else {
    results.push(await checked('PostgreSQL can be obtained', () => Promise.resolve(false)));
    notCovered.push('everything that needs PostgreSQL: there is none (see above)');
  }
}

/**
 * Installs or pulls it where that is needed, once, before test files ask for it side by side.
 * @param {() => Promise<{ stop(): Promise<void> }>} start
 */
async function canStart(start) {
  try {
    const server = await start();
    await server.stop();
    return true;
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
    return false;
  }
}

function report() {
  const sum = (/** @type {'passed' | 'failed' | 'seconds'} */ field) =>
    results.reduce((total, result) => total + result[field], 0);
  const lines = results.flatMap(({ name, passed, failed, failures, seconds }) => {
    const mark = failed > 0 ? '✗' : '✓';
    const counts = `${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed`;
    const line = `${mark} ${name.padEnd(44)} ${counts} ${String(seconds).padStart(7)} s`;
    return [line, ...failures.map((failure) => `    ${failure}`)];
  });
  const summary = `${sum('passed')} passed, ${sum('failed')} failed`;
  const uncovered = ['Not covered by this run:', ...notCovered.map((what) => `  - ${what}`)];
  process.stdout.write(`\n${[...lines, '', ...uncovered, '', summary].join('\n')}\n`);
  process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
}
