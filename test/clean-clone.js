/** What a newcomer does: takes the files of the repository, installs, starts, pastes what the start printed. */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { root, run } from './stage.js';

/** With the build of everything. */
const startLimitMs = 180_000;
/** npm may end before the node that it has started. */
const endLimitMs = 15_000;

export async function checkCleanClone() {
  const folder = mkdtempSync(join(tmpdir(), 'plenum clone über '));
  try {
    copyTracked(folder);
    if ((await run('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund'])) !== 0) return false;
    const answer = execFileSync('npx', ['--no-install', 'plenum', '--help'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (!answer.includes('serve')) throw new Error('plenum --help does not name the command serve');
    return await startAndTry(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Files that are committed or would be: what is ignored stays behind. @param {string} folder */
function copyTracked(folder) {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  for (const path of listed.toString('utf8').split('\0').filter(Boolean)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
}

/** @param {import('node:child_process').ChildProcess} child */
const isRunning = ({ exitCode, signalCode }) => exitCode === null && signalCode === null;

/** @param {string} folder */
async function startAndTry(folder) {
  const environment = { ...process.env, PORT: '0', REDIS_URL: '' };
  const child = spawn('npm', ['start'], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  // As Ctrl-C does: the signal goes to npm, to its shell and to the node.
  const interrupt = () => child.pid !== undefined && isRunning(child) && process.kill(-child.pid, 'SIGINT');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), startLimitMs);
  try {
    const snippet = await printedSnippet(child.stdout);
    const printed = execFileSync('sh', ['-c', snippet], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
    for (const expected of ['created', 'relayed', 'Hello, world']) {
      if (!printed.includes(expected))
        throw new Error(`The pasted example did not print "${expected}":\n${printed}`);
    }
    const [url = ''] = snippet.match(/http:[^"]+(?=\/v1)/) ?? [];
    interrupt();
    await ended;
    await untilSilent(url);
    return true;
  } finally {
    interrupt();
    await ended;
    child.stdout.destroy();
    clearTimeout(timer);
  }
}

/** @param {string} url */
async function untilSilent(url) {
  const untilMs = performance.now() + endLimitMs;
  while (await answers(url)) {
    if (performance.now() > untilMs)
      throw new Error('The node still answers after npm start was interrupted');
    await pause(100);
  }
}

/** @param {string} url */
const answers = (url) =>
  fetch(`${url}/healthz`).then(
    () => true,
    () => false,
  );

/** The shell text between `node --input-type` and the closing quote. @param {import('node:stream').Readable} output */
async function printedSnippet(output) {
  /** @type {string[]} */
  const snippet = [];
  for await (const line of createInterface({ input: output })) {
    if (snippet.length > 0 || line.startsWith('node --input-type=module')) snippet.push(line);
    if (snippet.length > 1 && line.endsWith("'")) return snippet.join('\n');
  }
  throw new Error('npm start ended before it printed an example');
}
