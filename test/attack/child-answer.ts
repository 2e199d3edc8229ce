import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** The next message of a child process. @throws Error when the process ends instead */
export async function childAnswer(child: ChildProcess, name: string): Promise<unknown> {
  const answered = new AbortController();
  const { signal } = answered;
  try {
    const [answer] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => Promise.reject(new Error(`${name} has ended`))),
    ]);
    return answer;
  } finally {
    // Takes the listeners off that are left.
    answered.abort();
  }
}
