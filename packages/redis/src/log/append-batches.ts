/**
 * Gathers the appends of one tick and sends them in as few scripts as possible: one per slot, because a Cluster runs no
 * script over several slots. Redis spends most of its time per script, not per message.
 */
import { PlenumError, type Random } from '@plenum/core';
import type { Keys } from '../keys.ts';
import type { StateSettings } from '../script-calls/group-header.ts';
import { type AppendLine, type AppendReply, appendMessages, runEncoded } from '../script-calls/index.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';
import { sendAtTickEnd } from '../script-calls/tick-end.ts';
import { AppendArguments, type BatchTerms, type WrittenMessage } from './append-arguments.ts';

/** Maximum of messages in one script: it keeps Redis busy for less than half a millisecond. */
const messagesMax = 32;
/** Above this size of its wire heads, bytes, a batch is sent without waiting for more messages. */
const bytesMax = 262_144;

/** One message and the callbacks for its answer, of which one is called, once. Neither may throw. */
export interface BatchedAppend {
  readonly message: WrittenMessage;
  /** @param nowMs Redis' time */
  answered(line: Exclude<AppendLine, { type: 'late' }>, nowMs: number): void;
  failed(error: unknown): void;
}

interface Batch extends BatchTerms {
  readonly appends: BatchedAppend[];
  readonly giveUpAtMs: number;
  bytes: number;
}

export interface AppendBatchesDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly settings: StateSettings;
  readonly random: Random;
}

export class AppendBatches {
  readonly #calls: ScriptCalls;
  readonly #keys: Keys;
  readonly #arguments: AppendArguments;
  /** The batches of this tick by `ScriptCalls.slotNameOf` of their keys, in the order of their first messages. */
  readonly #open = new Map<string, Batch>();
  #isScheduled = false;

  constructor({ calls, keys, settings, random }: AppendBatchesDeps) {
    this.#calls = calls;
    this.#keys = keys;
    this.#arguments = new AppendArguments(keys, settings, random);
    calls.gatherWith(this.#sendAll);
  }

  /** Adds a message. It is sent at the end of the tick, or before the next other call on the connection. */
  add(append: BatchedAppend, terms: BatchTerms): void {
    const { groupId, wireHead } = append.message;
    const slot = this.#calls.slotNameOf(this.#keys.group(groupId));
    let batch = this.#open.get(slot);
    if (batch === undefined || !isAlike(batch, terms)) {
      this.#send(slot);
      batch = { ...terms, appends: [], giveUpAtMs: this.#calls.giveUpAtMs(), bytes: 0 };
      this.#open.set(slot, batch);
      this.#schedule();
    }
    batch.appends.push(append);
    batch.bytes += Buffer.byteLength(wireHead);
    if (batch.appends.length >= messagesMax || batch.bytes >= bytesMax) this.#send(slot);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    sendAtTickEnd(this.#sendAtTickEnd);
  }

  readonly #sendAtTickEnd = (): void => {
    this.#isScheduled = false;
    for (const slot of this.#open.keys()) this.#send(slot);
  };

  readonly #sendAll = (): void => {
    for (const slot of this.#open.keys()) this.#send(slot);
  };

  #send(slot: string): void {
    const batch = this.#open.get(slot);
    if (batch === undefined) return;
    // Removed first: sending may call `#sendAll`.
    this.#open.delete(slot);
    this.#run(batch, false);
  }

  /** @param isLast true for the attempt after an answer `late`: no other attempt follows */
  #run(batch: Batch, isLast: boolean): void {
    const { appends, giveUpAtMs } = batch;
    const encoded = this.#arguments.of(
      appends.map(({ message }) => message),
      batch,
    );
    const { firstKey } = encoded.argumentsFor(0);
    const attempt = { giveUpAtMs, isGathered: true, weight: appends.length };
    this.#calls
      .attempt(
        firstKey,
        (redis, deadlineMs) => runEncoded(redis, appendMessages, encoded.argumentsFor(deadlineMs)),
        attempt,
      )
      .then(
        (reply) => this.#answer(batch, { reply, places: encoded.places, isLast }),
        (error: unknown) => {
          for (const append of appends) append.failed(error);
        },
      );
  }

  /** Answers in the order in which the messages were added. */
  #answer(
    batch: Batch,
    {
      reply,
      places,
      isLast,
    }: { readonly reply: AppendReply; readonly places: readonly number[]; readonly isLast: boolean },
  ): void {
    const lines: (AppendLine | undefined)[] = [];
    for (const [at, place] of places.entries()) lines[place] = reply.lines[at];
    const late: BatchedAppend[] = [];
    for (const [place, append] of batch.appends.entries()) {
      const line = lines[place];
      if (line === undefined) append.failed(new TypeError('a message of a batch has no answer'));
      else if (line.type !== 'late') append.answered(line, reply.nowMs);
      else if (isLast) append.failed(PlenumError.of('unavailable'));
      else late.push(append);
    }
    // The reply has corrected the clock, so the second attempt has the right deadline.
    if (late.length > 0) this.#run({ ...batch, appends: late }, true);
  }
}

const isAlike = (batch: BatchTerms, terms: BatchTerms): boolean =>
  batch.rememberMs === terms.rememberMs &&
  batch.areMutesEnded === terms.areMutesEnded &&
  batch.isRateLimited === terms.isRateLimited;
