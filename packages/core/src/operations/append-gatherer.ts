/**
 * Gathers what is appended to one message on this node: the first text leaves at once, those of the next 40 ms as one
 * entry. Texts keep their order, and a text waits until the one before it is answered.
 */
import { limits } from '@plenum/protocol';
import { messageId } from '../log/entry.ts';
import type { AppendText, MessageOutcome } from '../log/message-commands.ts';
import type { Clock } from '../ports/runtime.ts';

type Send = (command: AppendText) => Promise<MessageOutcome>;

interface Waiting {
  readonly command: AppendText;
  readonly resolve: (outcome: MessageOutcome | PromiseLike<MessageOutcome>) => void;
}

/** One message to which this node appends. */
interface Line {
  readonly waiting: Waiting[];
}

export class AppendGatherer {
  readonly #send: Send;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #lines = new Map<string, Line>();

  constructor(send: Send, clock: Pick<Clock, 'after'>) {
    this.#send = send;
    this.#clock = clock;
  }

  append(command: AppendText): Promise<MessageOutcome> {
    const { groupId, actor, target } = command;
    const name = `${groupId} ${actor} ${messageId(target.epoch, target.seq)}`;
    return new Promise((resolve) => {
      const line = this.#lines.get(name);
      if (line !== undefined) {
        line.waiting.push({ command, resolve });
        return;
      }
      const begun: Line = { waiting: [{ command, resolve }] };
      this.#lines.set(name, begun);
      void this.#run(name, begun);
    });
  }

  /** Never rejects: each outcome goes to its request. */
  async #run(name: string, { waiting }: Line): Promise<void> {
    while (waiting.length > 0) {
      const pause = new Promise<void>((resolve) => this.#clock.after(limits.appendEveryMs, resolve));
      await this.#sendTogether(together(waiting));
      await pause;
    }
    this.#lines.delete(name);
  }

  /** If the texts cannot be appended as one, each is judged by itself. */
  async #sendTogether(some: readonly Waiting[]): Promise<void> {
    const [first, ...others] = some;
    if (first === undefined) return;
    if (others.length > 0) {
      const whole = {
        ...first.command,
        text: some.map(({ command }) => command.text).join(''),
        isDone: some.at(-1)?.command.isDone === true,
        also: others.map(({ command }) => command.request),
      };
      const sent = this.#send(whole);
      const outcome = await sent.catch(() => null);
      if (outcome === null || (outcome.type === 'changed' && !outcome.isDuplicate)) {
        for (const { resolve } of some) resolve(sent);
        return;
      }
    }
    for (const { command, resolve } of some) {
      const sent = this.#send(command);
      resolve(sent);
      await sent.catch(() => null);
    }
  }
}

/** Takes the first texts that one entry has: none follows the end of the message. */
function together(waiting: Waiting[]): Waiting[] {
  const end = waiting.findIndex(({ command }) => command.isDone);
  const count = Math.min(limits.appendsPerEntry, end < 0 ? waiting.length : end + 1);
  return waiting.splice(0, count);
}
