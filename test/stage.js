/** One step of a test run: a vitest project, or a command that passes or fails as a whole. */
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
 * @property {readonly string[]} failures the names of failed tests
 * @property {number} seconds
 */

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [environment] added to that of this process
 * @returns {Promise<number>} the exit code; 127 if there is no such command
 */
export function run(command, args, environment = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
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
  process.stdout.write(`\n── ${name}\n`);
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
      process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
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
 * @param {string} project of test/vitest.config.ts
 * @param {readonly string[]} [files] all if empty
 */
export function tested(project, files = []) {
  return timed(project, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plenum-test-'));
    const report = join(folder, 'report.json');
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const config = ['--config', 'test/vitest.config.ts', '--project', project, '--passWithNoTests'];
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const exitCode = await run(process.execPath, [vitest, 'run', ...config, ...reporters, ...files]);
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

/** @param {{ name: string, assertionResults: { status: string, fullName: string }[] }} file */
const failedIn = ({ name, assertionResults }) =>
  assertionResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName }) => `${relative(root, name)}: ${fullName}`);
