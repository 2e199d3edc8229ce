/** The interface of a running Redis server, and the way to run one as a child process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { guardAgainstOutliving } from '../server/outlive-guard.ts';

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
  /** Existing directory for the data. */
  readonly dir: string;
  readonly args: readonly string[];
  /** Name of a configuration file in `dir`, which the server may write. */
  readonly configFile?: string;
}

export type RedisLauncher = (launch: RedisLaunch) => Promise<LaunchedRedis>;

const linesKept = 8;

/** Runs `binary`; the child dies with this process, even if this process is killed. */
export const processLauncher =
  (binary: string): RedisLauncher =>
  async ({ port, dir, args, configFile }) => {
    const config = configFile === undefined ? [] : [join(dir, configFile)];
    const own = ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir];
    const child = spawn(binary, [...config, ...own, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: string[] = [];
    const keep = (chunk: Buffer) => {
      output.push(...chunk.toString('utf8').split('\n').filter(Boolean));
      output.splice(0, output.length - linesKept);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    await once(child, 'spawn');
    child.on('error', (error) => output.push(error.message));
    const pid = child.pid ?? 0;
    child.once('exit', guardAgainstOutliving(pid, dir));
    return {
      pid,
      signal: async (signal) => void child.kill(signal),
      ended,
      hasEnded: () => child.exitCode !== null || child.signalCode !== null,
      lastLines: () => output.join('\n'),
    };
  };
