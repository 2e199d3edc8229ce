/** One step of a test run: vitest projects, or a command that passes or fails as a whole. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * @typedef {object} StageResult
 * @property {string} name
 * @property {number} passed
 * @property {number} failed
 * @property {readonly string[]} failures the names of failed tests, and below each why it failed
 * @property {number} seconds
 */

/** What the steps that run in it print, kept until they end. @type {AsyncLocalStorage<(string | Buffer)[]>} */
const kept = new AsyncLocalStorage();

/** @param {string | Buffer} text */
function print(text) {
  const later = kept.getStore();
  if (later === undefined) process.stdout.write(text);
  else later.push(text);
}

/**
 * Runs both side by side: steps of which neither keeps the processors busy. The first prints as it goes, the second at the end.
 * @param {() => Promise<void>} first
 * @param {() => Promise<void>} second
 */
export async function sideBySide(first, second) {
  /** @type {(string | Buffer)[]} */
  const later = [];
  const ends = await Promise.allSettled([first(), kept.run(later, second)]);
  for (const text of later) process.stdout.write(text);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [environment] added to that of this process; what is undefined is taken out of it
 * @returns {Promise<number>} the exit code; 127 if there is no such command
 */
export function run(command, args, environment = {}) {
  return new Promise((resolve) => {
    const output = kept.getStore() === undefined ? 'inherit' : 'pipe';
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ['ignore', output, output],
    });
    child.stdout?.on('data', print);
    child.stderr?.on('data', print);
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/**
 * @param {string} name
 * @param {() => Promise<Omit<StageResult, 'name' | 'seconds'>>} body
 * @returns {Promise<StageResult>}
 */
async function timed(name, body) {
  print(`\n── ${name}\n`);
  const startMs = performance.now();
  const counts = await body();
  return { name, ...counts, seconds: Math.round((performance.now() - startMs) / 100) / 10 };
}

/**
 * Counts as one test.
 * @param {string} name
 * @param {() => Promise<boolean>} check
 */
export function checked(name, check) {
  return timed(name, async () => {
    const isGood = await check().catch((error) => {
      print(`${error instanceof Error ? error.message : error}\n`);
      return false;
    });
    return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, failures: [] };
  });
}

/**
 * Counts as one test.
 * @param {string} name
 * @param {string} command
 * @param {readonly string[]} args
 */
export const commanded = (name, command, args) => checked(name, async () => (await run(command, args)) === 0);

/**
 * @param {string | readonly string[]} projects of test/vitest.config.ts; several share one run
 * @param {readonly string[]} [files] all if empty
 * @param {NodeJS.ProcessEnv} [environment] as of `run`
 */
export function tested(projects, files = [], environment = {}) {
  const names = [projects].flat();
  return timed(names.join(', '), async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plenum-test-'));
    const report = join(folder, 'report.json');
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const chosen = names.flatMap((name) => ['--project', name]);
    const config = ['--config', 'test/vitest.config.ts', ...chosen, '--passWithNoTests'];
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const args = [vitest, 'run', ...config, ...reporters, ...files];
    const exitCode = await run(process.execPath, args, environment);
    const counts = countsIn(report);
    rmSync(folder, { recursive: true, force: true });
    // A file that cannot be loaded, or an error outside of every test, fails the run without failing a test.
    return { ...counts, failed: counts.failed === 0 && exitCode !== 0 ? 1 : counts.failed };
  });
}

/** @param {string} report of vitest, in the form of Jest */
function countsIn(report) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const failures = testResults.flatMap(failedIn);
    return { passed: Number(numPassedTests), failed: Number(numFailedTests), failures };
  } catch {
    return { passed: 0, failed: 0, failures: [] };
  }
}

/** @typedef {{ status: string, fullName: string, failureMessages?: string[] }} AssertionResult */

/** @param {{ name: string, status: string, message?: string, assertionResults: AssertionResult[] }} file */
function failedIn({ name, status, message = '', assertionResults }) {
  const path = relative(root, name);
  const failed = assertionResults.filter((one) => one.status === 'failed');
  if (failed.length === 0 && status === 'failed') return [path, ...reasonIn(message)];
  return failed.flatMap(({ fullName, failureMessages = [] }) => [
    `${path}: ${fullName}`,
    ...failureMessages.flatMap(reasonIn),
  ]);
}

const reasonLines = 10;
const lineLength = 300;

/**
 * The beginning of what is thrown, and where the tests threw it.
 * @param {string} message with its stack
 */
function reasonIn(message) {
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  const isPlace = (/** @type {string} */ line) => /^\s+at /.test(line);
  const said = lines.filter((line) => !isPlace(line)).slice(0, reasonLines);
  const places = lines.filter(
    (line) => isPlace(line) && line.includes(root) && !line.includes('node_modules'),
  );
  return [...said, ...places.slice(0, 3)].map((line) => `  ${line.slice(0, lineLength)}`);
}
