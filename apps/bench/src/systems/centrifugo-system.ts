/**
 * Centrifugo, when its binary is given: its Redis engine, with history and recovery on, so that it numbers and keeps messages
 * too. It checks the permission for the channel; members, mutes, rates and repeated requests it does not know.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '@plenum/testkit';
import { centrifugoNamespace } from '../load/centrifugo-dialect.ts';
import { type OwnProcess, startProcess } from '../processes/child-process.ts';
import { type SystemKind, startOwnSystem } from './system.ts';

const versionLimitMs = 10_000;
const listensWithinMs = 20_000;
const pollMs = 50;

/** @param binary its path. @throws Error with one sentence if it is no Centrifugo that runs here. */
export async function centrifugoSystem(binary: string): Promise<SystemKind> {
  const version = await versionOf(binary);
  return {
    name: 'Centrifugo',
    description: `${version}, Redis engine, history and recovery on, JSON over WebSocket`,
    start: (nodeCount, options = {}) =>
      startOwnSystem({
        ...options,
        nodeCount,
        dialect: 'centrifugo',
        token: () => Promise.resolve('none'),
        startNode: (redisUrl) => startNode(binary, redisUrl),
      }),
  };
}

async function versionOf(binary: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(binary, ['version'], { timeout: versionLimitMs });
    const [line = ''] = stdout.trim().split('\n');
    if (line.startsWith('Centrifugo v')) return line;
  } catch {
    // Said below: why it does not run matters less than what was expected.
  }
  throw new Error(
    `--centrifugo ${binary} is no runnable centrifugo: \`${binary} version\` does not say "Centrifugo v…"`,
  );
}

async function startNode(binary: string, redisUrl: string) {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'plenum-bench-centrifugo-'));
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify(configOf(port, redisUrl)));
  const process = startProcess({ command: binary, args: ['--config', path] });
  process.ended.then(() => rmSync(folder, { recursive: true, force: true })).catch(() => undefined);
  return { process, url: () => listening(process, `http://127.0.0.1:${port}`) };
}

const configOf = (port: number, redisUrl: string) => ({
  log: { level: 'error' },
  http_server: { address: '127.0.0.1', port: String(port) },
  client: { insecure: true },
  channel: {
    namespaces: [
      {
        name: centrifugoNamespace,
        history_size: 10_000,
        history_ttl: '1h',
        force_recovery: true,
        force_positioning: true,
        allow_subscribe_for_client: true,
        allow_subscribe_for_anonymous: true,
        allow_publish_for_client: true,
        allow_publish_for_anonymous: true,
      },
    ],
  },
  engine: { type: 'redis', redis: { address: redisUrl } },
});

/** Waits until it answers HTTP. @throws Error with its last lines if it ends before, or does not answer within 20 s. */
async function listening(node: OwnProcess, url: string): Promise<string> {
  let ending: string | null = null;
  node.ended.then(
    (how) => {
      ending = how;
    },
    () => undefined,
  );
  const deadlineMs = performance.now() + listensWithinMs;
  while (performance.now() < deadlineMs) {
    const isThere = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isThere) return url;
    if (ending !== null) throw new Error(`a node of Centrifugo ended: ${ending}`);
    await pause(pollMs);
  }
  throw new Error('a node of Centrifugo does not listen within 20 s');
}
