/** What happens to a cluster while it is verified. */
import { spawn } from 'node:child_process';

export interface Fault {
  readonly description: string;
  /** The part of the duration after which the fault begins, from 0 to 1. */
  readonly startsAt: number;
  /**
   * Resolves when the fault is over; the load lasts at least as long.
   * @param forMs what is left of the duration
   * @returns the exit code of a command; 0: the fault was injected
   */
  inject(forMs: number): Promise<number | null>;
}

/** Runs a command in a shell. @param pids become `$1`, `$2`, … in it. Its output goes to stderr. */
export const shellFault = (command: string, pids: readonly number[]): Fault => ({
  description: command,
  startsAt: 1 / 3,
  inject: () =>
    new Promise((resolve) => {
      const child = spawn('sh', ['-c', command, 'fault', ...pids.map(String)], { stdio: ['ignore', 2, 2] });
      child.once('error', () => resolve(null));
      child.once('exit', (exitCode) => resolve(exitCode));
    }),
});
