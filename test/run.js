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
import { checked, commanded, root, run, sideBySide, tested } from './stage.js';

/** @typedef {import('./stage.js').StageResult} StageResult */

const isEverything = process.argv.includes('--all');
const isPostgresOnly = process.argv.includes('--postgres');
// Each race of test/flow/races.test.ts runs for 2,000 tries or this long; a hunt is RACE_SECONDS of that file alone.
process.env['RACE_SECONDS'] ??= '2';
// What each engine is sent by test/attack/fuzz.test.ts.
process.env['FUZZ_PACKETS'] ??= '15000';
process.env['FUZZ_REQUESTS'] ??= '4000';
// Values of PLENUM_FANOUT with which reception, and what ends it at a socket or a node, is run. Faults of Redis are run with one.
process.env['FANOUTS'] ??= isEverything ? 'coalesced,plain' : 'coalesced';
// Nothing that `npm test` runs is timed by the machine, and mostly it waits: more files at a time.
if (!isEverything && !isPostgresOnly) {
  process.env['TESTS'] = 'everyday';
  process.env['VITEST_MAX_WORKERS'] ??= '4';
}
const bin = (/** @type {string} */ name) => join(root, 'node_modules/.bin', name);

/** Of `npm run chaos`, with every deployment of Redis; the starts and verdicts of the three come on top. */
const chaosMinutes = 1.5;
const chaosSeed = 16;

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

/** Of tests beside others. */
const besides = { VITEST_MAX_WORKERS: process.env['VITEST_MAX_WORKERS'] ?? '2' };

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
        'the chart and the compose file: npm run test:deployment',
        'the site of the documents and the code of its pages: npm run test:docs',
        'clients in Python: npm run test:all has one by hand, and generates one from the OpenAPI document',
        'the packages, installed outside of the repository, on Node 20.19, 22 and 24: npm run test:packages',
        'the examples of apps/examples: npm run test:examples',
      ]),
  ...(isEverything && (process.env['CENTRIFUGO'] ?? '') === ''
    ? ['the bench against Centrifugo: CENTRIFUGO=<path of its binary>']
    : []),
  'long runs: npm run chaos -- --minutes 120, npm run soak, npm run measure:capacity, npm run measure:scale',
  'Docker and Kubernetes: the steps of the image are followed, chart and compose file are read by their own tools; neither is started',
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
  const { startRedis } = await import('@plenum/testkit');
  const hasOwnRedis = await canStart(startRedis);
  const withoutRedis = ['unit', 'architecture'];
  if (hasOwnRedis) {
    // In one run: while the last files of one project are waited for, those of the next begin.
    const interop = isEverything ? [] : ['interop'];
    results.push(await tested([...withoutRedis, 'integration', 'flow', ...interop]));
  } else if (process.env['REDIS_URL'] !== undefined) {
    results.push(await tested(withoutRedis));
    results.push(await tested('integration', ['conformance']));
    results.push(await tested(isEverything ? 'flow' : ['flow', 'interop']));
    notCovered.push(
      'failures of Redis: only the given REDIS_URL was there, and nothing kills or configures that one',
    );
  } else {
    results.push(await tested(withoutRedis));
    results.push(await checked('Redis can be obtained', () => Promise.resolve(false)));
    notCovered.push('everything that needs Redis: there is none (see above)');
    return;
  }
  if (!isEverything) {
    notCovered.push(
      'the archive in PostgreSQL: npm run test:postgres',
      'failovers, Sentinel, Cluster, attacks and fuzz, two versions, the bench, a clean clone: npm run test:all',
      `${longTests.length} long files, listed in test/long-tests.js: npm run test:all`,
    );
    return;
  }
  await runAlertTests();
  if (hasOwnRedis) {
    await sideBySide(async () => {
      await runInteropAndPython();
      await runTwoVersions();
    }, runAsShippedUser);
    // What is judged by times and by memory runs alone.
    for (const project of ['failure', 'load', 'attack']) results.push(await tested(project));
    const chaos = { CHAOS_MINUTES: String(chaosMinutes), CHAOS_SEED: String(chaosSeed) };
    results.push(await tested('chaos', [], chaos));
    await runFaultyBuilds();
    await obtainAll();
    await sideBySide(runBrowserTests, async () => {
      await runPostgresTests();
      await runProxyTests();
      for (const project of ['examples', 'deployment', 'docs'])
        results.push(await tested(project, [], besides));
      await runCleanClone();
    });
  } else {
    await runInteropAndPython();
    await runPostgresTests();
    await runCleanClone();
    notCovered.push(
      'two versions, failures, load, attacks, browsers, proxies, documents and examples: each wants a Redis of its own',
    );
  }
  // It writes the manifests of packages over those of the workspaces while it packs.
  results.push(await tested('packages'));
}

/** One after the other, because installers lock each other out. What cannot be obtained is named by the tests that need it. */
async function obtainAll() {
  const { startPostgres } = await import('@plenum/testkit');
  const programs = [
    obtainChromium,
    () => obtain('haproxy', 'haproxy'),
    () => obtain('nginx', 'nginx'),
    () => startPostgres().then((server) => server.stop()),
  ];
  for (const one of programs) await one().catch(() => undefined);
}

async function runCleanClone() {
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
  const environment = { ...besides, REDIS_URL: undefined, REDIS_TEST_USER: 'shipped' };
  const flows = flowsOfShippedUser.map((name) => `test/flow/${name}.test.ts`);
  const files = ['packages/redis/test/conformance', ...flows];
  results.push(await tested(['integration', 'flow'], files, environment));
}

/** Three of the faulty builds of `npm run verify:mutants`. */
async function runFaultyBuilds() {
  const args = ['test/mutants/verify.js', '--quick'];
  results.push(await commanded('faulty builds are found by verify', process.execPath, args));
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
    results.push(await tested('browser', [], besides));
  } else {
    results.push(hasChromium);
    notCovered.push('browsers: there is none (see above)');
  }
}

/** Where there is no Python that can install what they need, that is no fault of the service. */
async function runInteropAndPython() {
  const canPython = await hasPython();
  if (!canPython) process.env['INTEROP_LANGUAGES'] = 'sdk,javascript,javascript-3';
  results.push(await tested(canPython ? ['interop', 'python'] : 'interop', [], besides));
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
    results.push(await tested('proxies', [], besides));
  } else {
    results.push(hasProxies);
    notCovered.push('proxies: not both of them are there (see above)');
  }
}

async function runPostgresTests() {
  const { startPostgres } = await import('@plenum/testkit');
  if (await canStart(startPostgres)) {
    results.push(await tested('postgres', [], isPostgresOnly ? {} : besides));
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
