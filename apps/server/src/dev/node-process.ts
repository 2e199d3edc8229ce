/** Runs one node as a child process by the `plenum` command. The node is ready when it has sent its URL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { codeIn } from '../console/console-access.ts';
import type { Target } from './balancer.ts';
import { killAskedSchema, type ShownNodes } from './cluster-requests.ts';

export interface NodeProcess {
  readonly pid: number;
  readonly target: Target;
  /** Opens the console at any node. Null: no console. */
  readonly consoleCode: string | null;
  /** Resolves with a description of the end when the process has ended. Never rejects. */
  readonly ended: Promise<string>;
  /** Sends the nodes of the cluster, as they are now. */
  showNodes(shown: ShownNodes): void;
  kill(signal: NodeJS.Signals): void;
  /** Sends SIGTERM, and SIGKILL after 10 s. */
  stop(): Promise<void>;
}

export interface NodeProcessOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Called for every line that the node writes. */
  readonly onLine: (line: string) => void;
  /** Called when a user of the playground asks to kill the node with this number. */
  readonly onKillAsked: (number: number) => void;
}

const binary = fileURLToPath(new URL('../../bin/plenum.js', import.meta.url));
/** The same option as in `npm start` and the image: objects of a message then die before the collector copies them. */
const youngGeneration = '--max-semi-space-size=64';
const hardStopMs = 10_000;
const lastLinesKept = 12;
const readyMessageSchema = z.object({ url: z.url(), consoleLink: z.url().nullable() });

/** @throws Error with the node's last lines if the node ends before it is ready */
export async function startNodeProcess({
  environment,
  onLine,
  onKillAsked,
}: NodeProcessOptions): Promise<NodeProcess> {
  // Detached, so that Ctrl-C of the terminal reaches only the parent. The IPC channel ends the child with its parent.
  const child = spawn(process.execPath, [youngGeneration, binary, 'serve', '--of-dev-cluster'], {
    env: { ...environment, HOST: '127.0.0.1', PORT: '0', PLENUM_WORKERS: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
    windowsHide: true,
  });
  const killWithParent = () => void child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > lastLinesKept) lastLines.shift();
      onLine(line);
    });
  }
  child.on('message', (message) => {
    const asked = killAskedSchema.safeParse(message);
    if (asked.success) onKillAsked(asked.data.kill);
  });
  const ended = endOf(child).finally(() => process.off('exit', killWithParent));
  const { url, consoleCode } = await Promise.race([
    readinessOf(child),
    ended.then((how) => failedStart(how, lastLines)),
  ]);
  return {
    pid: child.pid ?? 0,
    target: { host: url.hostname, port: Number(url.port) },
    consoleCode,
    ended,
    showNodes: (shown) => void child.send(shown, () => undefined),
    kill: (signal) => void child.kill(signal),
    stop: () => stop(child, ended),
  };
}

function failedStart(how: string, lastLines: readonly string[]): never {
  throw new Error(`A node ended before it was ready (${how}). Its last lines:\n${lastLines.join('\n')}`);
}

async function readinessOf(
  child: ChildProcess,
): Promise<{ readonly url: URL; readonly consoleCode: string | null }> {
  const [message] = await once(child, 'message');
  const { url, consoleLink } = readyMessageSchema.parse(message);
  return { url: new URL(url), consoleCode: consoleLink === null ? null : codeIn(consoleLink) };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

/** A signal would end it at once on Windows; there the end of the channel asks it to drain. */
function ask(child: ChildProcess): void {
  if (process.platform === 'win32' && child.connected) child.disconnect();
  else child.kill('SIGTERM');
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), hardStopMs);
  ask(child);
  await ended;
  clearTimeout(timer);
}
