/** One node as a child process: started by the `plenum` command, ready when it has told its URL. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Target } from './balancer.ts';

export interface NodeProcess {
  readonly pid: number;
  readonly target: Target;
  /** Resolves when the process has ended, however it ended. */
  readonly ended: Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM; after `hardStopMs` SIGKILL. */
  stop(): Promise<void>;
}

export interface NodeProcessOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Every line that the node writes. */
  readonly onLine: (line: string) => void;
}

const binary = fileURLToPath(new URL('../../bin/plenum.js', import.meta.url));
/** As `npm start` and the image do: what a message keeps alive until its answer then dies before it is copied. */
const youngGeneration = '--max-semi-space-size=64';
const hardStopMs = 10_000;
const lastLinesKept = 12;
const readyMessageSchema = z.object({ url: z.url() });

/** @throws Error with the node's last lines if it ends before it is ready. */
export async function startNodeProcess({ environment, onLine }: NodeProcessOptions): Promise<NodeProcess> {
  // A session of its own: the terminal's Ctrl-C reaches the parent only. The IPC channel ends the child with its parent.
  const child = spawn(process.execPath, [youngGeneration, binary, 'serve'], {
    env: { ...environment, HOST: '127.0.0.1', PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
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
  const ended = endOf(child).finally(() => process.off('exit', killWithParent));
  const url = await Promise.race([urlOf(child), ended.then((how) => failedStart(how, lastLines))]);
  return {
    pid: child.pid ?? 0,
    target: { host: url.hostname, port: Number(url.port) },
    ended,
    kill: (signal) => void child.kill(signal),
    stop: () => stop(child, ended),
  };
}

function failedStart(how: string, lastLines: readonly string[]): never {
  throw new Error(`A node ended before it was ready (${how}). Its last lines:\n${lastLines.join('\n')}`);
}

async function urlOf(child: ChildProcess): Promise<URL> {
  const [message] = await once(child, 'message');
  return new URL(readyMessageSchema.parse(message).url);
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), hardStopMs);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
}
