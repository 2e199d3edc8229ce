/** What happens to a cluster while it is verified. */
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Timeline } from './timeline.ts';

/** A member, as a fault reaches it. */
export interface Reader {
  /** What arrives in the meantime waits in the kernel and in the node, which may close the connection. */
  readNothingFor(ms: number): Promise<void>;
}

export interface Fault {
  readonly description: string;
  /** The part of the duration after which the fault begins, from 0 to 1. */
  readonly startsAt: number;
  /**
   * Resolves when the fault is over; the load lasts at least as long.
   * @param forMs what is left of the duration
   * @param members all of them
   * @returns null: it was injected; else why not
   */
  inject(forMs: number, members: readonly Reader[]): Promise<string | null>;
}

export interface CommandFaultOptions {
  /** In their order. At least one. */
  readonly commands: readonly string[];
  /** Of own nodes: `$1`, `$2`, … in a command. */
  readonly pids: readonly number[];
  readonly timeline: Pick<Timeline, 'begin'>;
}

/**
 * Commands of a shell, one after the other and evenly spread over the time that is left: `sh`, on Windows `cmd`. Their output goes
 * to stderr. One that fails does not keep the others from being run.
 */
export const commandFault = ({ commands, pids, timeline }: CommandFaultOptions): Fault => ({
  description: commands.join(' ; '),
  startsAt: 1 / 3,
  async inject(forMs) {
    let problem: string | null = null;
    for (const [i, command] of commands.entries()) {
      const beganMs = performance.now();
      const end = timeline.begin(command);
      const exitCode = await exitCodeOf(command, pids);
      const outcome = `exit code ${exitCode ?? 'none'}`;
      end(outcome);
      if (exitCode !== 0) problem ??= outcome;
      const lastedMs = performance.now() - beganMs;
      if (i < commands.length - 1) await pause(Math.max(0, forMs / commands.length - lastedMs));
    }
    return problem;
  },
});

/** The last so many members read nothing from their sockets for a third of the time. */
export const slowFault = (count: number, timeline: Pick<Timeline, 'begin'>): Fault => ({
  description: `${count} slow members`,
  startsAt: 1 / 3,
  async inject(forMs, members) {
    const lastsMs = forMs / 2;
    const end = timeline.begin(`${count} members read nothing for ${Math.round(lastsMs / 1000)} s`);
    await Promise.all(members.slice(-count).map((member) => member.readNothingFor(lastsMs)));
    end('they read again');
    return null;
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
