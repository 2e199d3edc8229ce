import { spawn } from 'node:child_process';

export interface FaultOutcome {
  readonly command: string;
  readonly exitCode: number | null;
}

/** Runs the command in a shell. @param positional become `$1`, `$2`, … in it. Its output goes to stderr. */
export function injectFault(command: string, positional: readonly string[]): Promise<FaultOutcome> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', command, 'fault', ...positional], { stdio: ['ignore', 2, 2] });
    child.once('error', () => resolve({ command, exitCode: null }));
    child.once('exit', (exitCode) => resolve({ command, exitCode }));
  });
}
