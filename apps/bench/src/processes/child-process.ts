/** Runs a child process of the bench. It ends with the bench, and its last lines appear in the error if it fails. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface OwnProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Resolves when it has ended, with how and its last lines. */
  readonly ended: Promise<string>;
  /** SIGTERM; after some seconds SIGKILL. Idempotent. */
  stop(): Promise<void>;
}

export interface OwnProcessOptions {
  /** Absolute path. */
  readonly script: string;
  readonly args?: readonly string[];
  /** For Node itself. */
  readonly nodeOptions?: readonly string[];
  /** All of the environment that it gets. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** As `npm start` and the image run a node; the bare servers that it is compared with get the same. */
const servingOptions = ['--max-semi-space-size=64'];
const hardStopMs = 8000;
const lastLinesKept = 12;

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** All of the environment that it gets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** True: a Node.js process, with which messages are exchanged. */
  readonly hasChannel?: boolean;
}

/** A script of Node.js. */
export function startOwnProcess(options: OwnProcessOptions): OwnProcess {
  const { script, args = [], nodeOptions = [], environment = {} } = options;
  return startProcess({
    command: process.execPath,
    args: [...servingOptions, ...nodeOptions, script, ...args],
    environment,
    hasChannel: true,
  });
}

export function startProcess({ command, args, environment = {}, hasChannel }: ProcessOptions): OwnProcess {
  const child = spawn(command, [...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', ...(hasChannel === true ? (['ipc'] as const) : [])],
  });
  const killWithParent = () => void child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > lastLinesKept) lastLines.shift();
    });
  }
  const ended = new Promise<string>((resolve) => {
    const end = (how: string) => {
      process.off('exit', killWithParent);
      resolve([how, ...lastLines].join('\n'));
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  });
  return { pid: child.pid ?? 0, child, ended, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), hardStopMs);
  await ended;
  clearTimeout(timer);
}

/** @returns the next message of the process. @param who its name in an error. @throws Error with its last lines if it ends */
export function nextMessageOf({ child, ended }: OwnProcess, who: string): Promise<unknown> {
  const said = once(child, 'message').then(([message]: unknown[]) => message);
  const failed = ended.then((how) => {
    throw new Error(`${who} ended: ${how}`);
  });
  return Promise.race([said, failed]);
}

/** @returns the URL that a node sends to its parent. @throws Error with its last lines if it ends before. */
export async function urlOf(node: OwnProcess): Promise<string> {
  const message = await nextMessageOf(node, 'a node');
  const hasUrl = typeof message === 'object' && message !== null && 'url' in message;
  if (hasUrl && typeof message.url === 'string') return message.url;
  throw new Error(`a node said something else than its URL: ${JSON.stringify(message)}`);
}
