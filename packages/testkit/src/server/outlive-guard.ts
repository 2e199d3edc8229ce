/** Nothing that a test starts outlives it: not even when the test's process is killed and can clean up no more. */
import { spawn } from 'node:child_process';

/** Waits for the end of its input, which is the end of this process, however that comes. */
const script = 'cat >/dev/null; kill -9 "$1" 2>/dev/null; rm -rf "$2"';

/**
 * Watches a child of this process.
 * @returns ends the watch; to be called when the child has ended, before its pid can belong to another process
 */
export function guardAgainstOutliving(pid: number, dir: string): () => void {
  // A group of its own: what ends a whole group must not end the guard first.
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
