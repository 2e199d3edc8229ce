/** Runs the tests of a killer in the sandbox and returns their outcome. */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Tests end by their own limits long before. */
const limitMs = 240_000;
const shownLines = 40;

/**
 * Names of tests.
 * @typedef {object} Finding
 * @property {readonly string[]} failed
 * @property {readonly string[]} passed
 */

/** @param {string} text */
const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

export class Killing {
  #folder;
  /** Nothing of the sandbox has changed since it was built. */
  isBuilt = false;
  /** @type {import('node:child_process').ChildProcess | null} */
  #running = null;

  /** @param {string} folder of the sandbox */
  constructor(folder) {
    this.#folder = folder;
  }

  /**
   * @param {string} file
   * @param {readonly import('./mutant.js').Killer[]} killers of this file
   * @returns {Promise<Finding>}
   * @throws Error when no test could be run at all: that says nothing about any mutant.
   */
  async run(file, killers) {
    if (killers.some(({ isOnProcesses }) => isOnProcesses) && !this.isBuilt) await this.#build();
    const report = join(this.#folder, 'report.json');
    const names = killers.map(({ tests = '' }) => escaped(tests));
    const only = names.includes('') ? [] : ['-t', names.join('|')];
    const reporters = ['--reporter=json', `--outputFile=${report}`];
    const config = ['--config', 'test/vitest.config.ts', '--bail=1'];
    const args = ['node_modules/vitest/vitest.mjs', 'run', ...config, ...reporters, ...only, file];
    rmSync(report, { force: true });
    const { lines } = await this.#ended(args);
    const finding = findingIn(report);
    if (finding.failed.length + finding.passed.length > 0) return finding;
    throw new Error(`no test of ${file} could be run:\n${lines.join('\n')}`);
  }

  end() {
    this.#running?.kill('SIGTERM');
  }

  async #build() {
    const { code, lines } = await this.#ended(['node_modules/typescript/bin/tsc', '-b']);
    if (code !== 0) throw new Error(`the sandbox cannot be built:\n${lines.join('\n')}`);
    this.isBuilt = true;
  }

  /**
   * @param {readonly string[]} args of node
   * @returns {Promise<{ code: number, lines: readonly string[] }>} with its last lines
   */
  #ended(args) {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, args, {
        cwd: this.#folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: limitMs,
      });
      this.#running = child;
      let output = '';
      const keep = (/** @type {Buffer} */ chunk) => {
        output += chunk.toString('utf8');
      };
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      child.once('close', (code) => {
        this.#running = null;
        resolve({ code: code ?? 1, lines: output.split('\n').slice(-shownLines) });
      });
    });
  }
}

/**
 * @typedef {{ status: string, fullName: string }} Assertion
 * @param {string} report
 * @returns {Finding}
 */
function findingIn(report) {
  /** @type {Assertion[]} */
  let all = [];
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    all = testResults.flatMap(
      (/** @type {{ assertionResults: Assertion[] }} */ file) => file.assertionResults,
    );
  } catch {
    // There is no report of a run that did not come so far.
  }
  const named = (/** @type {string} */ wanted) =>
    all.filter(({ status }) => status === wanted).map(({ fullName }) => fullName.trim());
  return { failed: named('failed'), passed: named('passed') };
}
