/**
 * `npm run verify:mutants`: makes one faulty build after the other of a copy of the working tree, and fails unless `plenum verify`
 * finds each of them, and passes without a fault. With `--quick` three of them; with names only those.
 */
import { spawn } from 'node:child_process';
import { faultyBuilds, quickBuilds } from './found-by-verify.js';
import { Sandbox } from './sandbox.js';

/** A verification, and the recovery that a faulty build never comes to. */
const limitMs = 240_000;
const isQuick = process.argv.includes('--quick');
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const chosen = (isQuick ? quickBuilds : faultyBuilds).filter(
  ({ name }) => wanted.length === 0 || wanted.includes(name),
);
const say = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`);

const sandbox = new Sandbox();
/** @type {import('node:child_process').ChildProcess | null} */
let running = null;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    running?.kill('SIGTERM');
    sandbox.remove();
    process.exit(130);
  });
}

/**
 * @param {readonly string[]} args of node
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function ended(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: sandbox.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
    });
    running = child;
    let output = '';
    const keep = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('close', (code) => resolve({ code, output }));
  });
}

async function build() {
  const { code, output } = await ended(['node_modules/typescript/bin/tsc', '-b']);
  if (code !== 0) throw new Error(`the copy cannot be built:\n${output}`);
}

/** @returns the verdict of verify, with its first reasons. @throws Error without a verdict */
async function verdict() {
  const load = ['--seconds', '8', '--groups', '2', '--rate', '10', '--changes', '5', '--seed', '1'];
  const { output } = await ended(['apps/bench/bin/verify.js', ...load, '--during', 'kill -9 $1']);
  const reasons = output.split('\n').filter((line) => /^(FAILED|PASSED|lost = )/.test(line));
  if (!reasons.some((line) => /^(FAILED|PASSED)/.test(line))) throw new Error(`no verdict:\n${output}`);
  return { isFound: reasons.some((line) => line.startsWith('FAILED')), reasons };
}

let faults = wanted.length > 0 && chosen.length !== wanted.length ? 1 : 0;
try {
  await build();
  const sound = await verdict();
  say(`${sound.isFound ? '✗' : '✓'} the build as it is: ${sound.reasons.join(' · ')}`);
  if (sound.isFound) faults += 1;
  let isBuilt = true;
  for (const { name, edits } of chosen) {
    const needsBuild = edits.some(({ file }) => file.endsWith('.ts'));
    try {
      for (const edit of edits) sandbox.apply(edit);
      if (needsBuild || !isBuilt) await build();
      isBuilt = !needsBuild;
      const { isFound, reasons } = await verdict();
      say(`${isFound ? '✓' : '✗ NOT FOUND'} ${name}: ${reasons.join(' · ')}`);
      if (!isFound) faults += 1;
    } catch (error) {
      say(`✗ ${name}: ${error instanceof Error ? error.message : error}`);
      faults += 1;
    } finally {
      sandbox.restore();
    }
  }
} finally {
  sandbox.remove();
}
say(`\n${chosen.length} faulty builds, ${faults} faults`);
process.exitCode = faults > 0 || chosen.length === 0 ? 1 : 0;
