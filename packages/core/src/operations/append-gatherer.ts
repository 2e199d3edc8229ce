/**
 * Gathers what is appended on this node: a text leaves at once, those of the next 40 ms as one entry of each message. All
 * messages of a group have the same beat, so that a device gets what is written in a group together, however many messages
 * are being written. Texts keep their order, and a text waits until the one before it is answered.
 */
import { failureBody, type GroupId, limits } from '@plenum/protocol';
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
  /** By group: ends 40 ms after something was sent. */
  readonly #beats = new Map<GroupId, Promise<void>>();

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
      void this.#run(name, groupId, begun);
    });
  }

  #beginBeat(groupId: GroupId): void {
    if (this.#beats.has(groupId)) return;
    const beat = new Promise<void>((resolve) => {
      this.#clock.after(limits.appendEveryMs, () => {
        this.#beats.delete(groupId);
        resolve();
      });
    });
    this.#beats.set(groupId, beat);
  }

  /**
   * Never rejects: each outcome goes to its request. If a text is refused for now, or its outcome is unknown, all that wait
   * behind it get the same, so that no text comes before an earlier one.
   */
  async #run(name: string, groupId: GroupId, { waiting }: Line): Promise<void> {
    const running = this.#beats.get(groupId);
    if (running !== undefined) await running;
    while (waiting.length > 0) {
      this.#beginBeat(groupId);
      await this.#sendTogether(together(waiting), waiting);
      await this.#beats.get(groupId);
    }
    this.#lines.delete(name);
  }

  /**
   * Texts that are known already, as after a reconnect, are left out. If the others cannot be appended as one, each is judged by
   * itself.
   */
  async #sendTogether(some: readonly Waiting[], behind: Waiting[]): Promise<void> {
    let left = some;
    for (let whole = wholeOf(left); whole !== null; whole = wholeOf(left)) {
      const sent = this.#send(whole);
      const outcome = await sent.catch(() => null);
      if (isForAll(outcome)) {
        const ended = isPassing(outcome) ? [...left, ...behind.splice(0)] : left;
        for (const { resolve } of ended) resolve(sent);
        return;
      }
      if (outcome?.type !== 'changed') break;
      left[0]?.resolve(sent);
      left = left.slice(1);
    }
    for (const [at, { command, resolve }] of left.entries()) {
      const sent = this.#send(command);
      resolve(sent);
      if (!isPassing(await sent.catch(() => null))) continue;
      for (const later of [...left.slice(at + 1), ...behind.splice(0)]) later.resolve(sent);
      return;
    }
  }
}

/** @returns one command for all of these texts; null: there is only one text */
function wholeOf(some: readonly Waiting[]): AppendText | null {
  const [first, ...others] = some;
  if (first === undefined || others.length === 0) return null;
  return {
    ...first.command,
    text: some.map(({ command }) => command.text).join(''),
    isDone: some.at(-1)?.command.isDone === true,
    also: others.map(({ command }) => command.request),
  };
}

/** True for a refusal after which a later attempt may succeed, and for an unknown outcome (null). */
const isPassing = (outcome: MessageOutcome | null): boolean =>
  outcome === null || (outcome.type === 'refused' && failureBody(outcome.failure).can_retry);

const isForAll = (outcome: MessageOutcome | null): boolean =>
  isPassing(outcome) || (outcome?.type === 'changed' && !outcome.isDuplicate);

/**
 * Takes the first texts that one entry has: none follows the end of the message. A request that comes again while its first
 * attempt waits, for example after a reconnect, waits for the next entry, and then gets the answer of the first attempt.
 */
function together(waiting: Waiting[]): Waiting[] {
  const ids = new Set<string>();
  for (const { command } of waiting) {
    if (ids.size === limits.appendsPerEntry || ids.has(command.request.id)) break;
    ids.add(command.request.id);
    if (command.isDone) break;
  }
  return waiting.splice(0, ids.size);
}
