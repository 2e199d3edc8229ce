/** What happens to a cluster while it is verified. */
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

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

export interface CommandFaultOptions {
  /** In their order. At least one. */
  readonly commands: readonly string[];
  /** Of own nodes: `$1`, `$2`, … in a command. */
  readonly pids: readonly number[];
  /** Called when a command begins, and when it is over. */
  readonly onProgress: (what: string) => void;
}

/**
 * Commands of a shell, one after the other and evenly spread over the time that is left: `sh`, on Windows `cmd`. Their output goes
 * to stderr. Its exit code is that of the first command that has failed.
 */
export const commandFault = ({ commands, pids, onProgress }: CommandFaultOptions): Fault => ({
  description: commands.join(' ; '),
  startsAt: 1 / 3,
  async inject(forMs) {
    let failed: number | null = 0;
    for (const [i, command] of commands.entries()) {
      const beganMs = performance.now();
      if (commands.length > 1) onProgress(`fault ${i + 1} of ${commands.length}: ${command}`);
      const exitCode = await exitCodeOf(command, pids);
      const lastedMs = performance.now() - beganMs;
      onProgress(
        `fault over after ${(lastedMs / 1000).toFixed(1)} s, exit code ${exitCode ?? 'none'}: ${command}`,
      );
      if (failed === 0) failed = exitCode;
      if (i < commands.length - 1) await pause(Math.max(0, forMs / commands.length - lastedMs));
    }
    return failed;
  },
});

/** @returns null if it could not be started, or was ended by a signal */
function exitCodeOf(command: string, pids: readonly number[]): Promise<number | null> {
  const child = spawn(...shellFor(command, pids), {
    stdio: ['ignore', 2, 2],
    windowsVerbatimArguments: true,
  });
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', (exitCode) => resolve(exitCode));
  });
}

/** `cmd` has no positional parameters: there the text itself is replaced. */
const shellFor = (command: string, pids: readonly number[]): [string, string[]] =>
  process.platform === 'win32'
    ? ['cmd.exe', ['/d', '/s', '/c', `"${withPids(command, pids)}"`]]
    : ['sh', ['-c', command, 'fault', ...pids.map(String)]];

const withPids = (command: string, pids: readonly number[]): string =>
  command.replaceAll(/\$(\d)/g, (word, number: string) => String(pids[Number(number) - 1] ?? word));
