/** Ends a child process when this process ends, also when this process is killed and cannot clean up. */
import { spawn } from 'node:child_process';

/** Its input ends when this process ends, for whatever reason. Then it kills the child and removes the folder. */
const script = 'cat >/dev/null; kill -9 "$1" 2>/dev/null; rm -rf "$2"';

/**
 * Watches a child of this process.
 * @returns ends the watch; to be called when the child has ended, before its pid can belong to another process
 */
export function guardAgainstOutliving(pid: number, dir: string): () => void {
  // In a process group of its own: a signal to the group of the test must not end the guard.
  const guard = spawn('sh', ['-c', script, 'guard', String(pid), dir], {
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
