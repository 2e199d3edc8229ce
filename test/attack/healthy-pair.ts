/** The two healthy clients of `healthy-clients.js`, as a test sees them: a report on what they sent and got since the last one. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { tokenOf } from '../support/wire/http.ts';
import { childAnswer } from './child-answer.ts';

const name = 'the healthy pair';
const script = fileURLToPath(new URL('healthy-clients.js', import.meta.url));

const reportSchema = z.object({
  /** Messages of both. */
  sent: z.number(),
  /** Copies at both. */
  arrived: z.number(),
  /** What was lost, came twice, out of order, or was refused; and every end of a connection. */
  faults: z.array(z.string()),
  /** From sending to arrival, over all copies. */
  p99Ms: z.number(),
  /** How late the timers of the clients were: the share of the machine in the above. */
  ownP99Ms: z.number(),
  latenciesMs: z.array(z.number()),
  latenessMs: z.array(z.number()),
});
export type HealthReport = z.output<typeof reportSchema>;

export class HealthyPair implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Resolves when both are members and send. @param perSec messages of each */
  static async start(url: string, groupId: string, perSec = 20): Promise<HealthyPair> {
    const tokens = await Promise.all([1, 2].map((number) => tokenOf(`${groupId}:${number}`)));
    const env = {
      ...process.env,
      URL: url,
      GROUP_ID: groupId,
      TOKENS: JSON.stringify(tokens),
      PER_SEC: String(perSec),
    };
    const child = fork(script, { env, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const pair = new HealthyPair(child);
    await childAnswer(child, name);
    return pair;
  }

  /** Waits until what they have sent by now has arrived, 15 s at most. */
  async report(): Promise<HealthReport> {
    this.#child.send('report');
    return reportSchema.parse(await childAnswer(this.#child, name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
