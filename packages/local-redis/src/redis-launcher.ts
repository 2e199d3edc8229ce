/** The interface of a running Redis server, and the way to run one as a child process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { guardAgainstOutliving, removalOfProcess } from './outlive-guard.ts';

export type RedisSignal = 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT';

export interface LaunchedRedis {
  readonly pid: number;
  /** Resolves when the signal was sent, not when it has had its effect. */
  signal(signal: RedisSignal): Promise<void>;
  /** Resolves when the server has ended, for whatever reason. Never rejects. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  /** The last lines that Redis printed, for the message of a failed start. */
  lastLines(): string;
}

export interface RedisLaunch {
  readonly port: number;
  /** True: the port speaks TLS. Default false. */
  readonly isTls?: boolean;
  /** Existing directory for the data. */
  readonly dir: string;
  readonly args: readonly string[];
  /** Name of a configuration file in `dir`, which the server may write. */
  readonly configFile?: string;
}

export type RedisLauncher = (launch: RedisLaunch) => Promise<LaunchedRedis>;

const linesKept = 8;

/** @returns the last lines that the process has written */
export function lastLinesOf(child: ChildProcess): () => string {
  const output: string[] = [];
  const keep = (text: string) => {
    output.push(...text.split('\n').filter(Boolean));
    output.splice(0, output.length - linesKept);
  };
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => keep(chunk.toString('utf8')));
  child.on('error', (error) => keep(error.message));
  return () => output.join('\n');
}

/** The arguments for the port. */
export const portArguments = ({ port, isTls }: RedisLaunch): readonly string[] =>
  isTls === true ? ['--port', '0', '--tls-port', String(port)] : ['--port', String(port)];

/** Runs `binary`; the child dies with this process, even if this process is killed. */
export const processLauncher =
  (binary: string): RedisLauncher =>
  async (at) => {
    const { dir, args, configFile } = at;
    const config = configFile === undefined ? [] : [join(dir, configFile)];
    const own = ['--bind', '127.0.0.1', ...portArguments(at), '--dir', dir];
    const child = spawn(binary, [...config, ...own, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // In a process group of its own: Ctrl-C of the terminal must not end the server before its users.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    const lastLines = lastLinesOf(child);
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    child.once('exit', guardAgainstOutliving(removalOfProcess(pid), dir));
    return {
      pid,
      signal: async (signal) => void child.kill(signal),
      ended,
      hasEnded: () => child.exitCode !== null || child.signalCode !== null,
      lastLines,
    };
  };
