/** Ends a server when this process ends, also when this process is killed and cannot clean up. */
import { spawn } from 'node:child_process';

/** A command that ends the server for good. */
export type Removal = readonly [command: string, ...args: readonly string[]];
export const removalOfProcess = (pid: number): Removal => ['kill', '-9', String(pid)];
export const removalOfContainer = (name: string): Removal => ['docker', 'rm', '--force', name];

/** Its input ends when this process ends, for whatever reason. Then it ends the server and removes the folder. */
const script = 'cat >/dev/null; dir="$1"; shift; "$@" >/dev/null 2>&1; rm -rf "$dir"';

/**
 * Watches a server that this process has started. Windows has no shell for that: there a killed process leaves its container.
 * @returns ends the watch; to be called when the server has ended, before its pid can belong to another process
 */
export function guardAgainstOutliving(removal: Removal, dir: string): () => void {
  if (process.platform === 'win32') return () => undefined;
  // In a process group of its own: a signal to the group of this process must not end the guard.
  const guard = spawn('sh', ['-c', script, 'guard', dir, ...removal], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  if ('unref' in guard.stdin && typeof guard.stdin.unref === 'function') guard.stdin.unref();
  return () => {
    guard.kill('SIGKILL');
  };
}
