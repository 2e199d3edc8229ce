/** The group log on Redis. One script checks, numbers, stores and publishes a message. */

import {
  type AdmitOutcome,
  type AppendCallback,
  type Appended,
  type AppendOutcome,
  errorFrom,
  type GroupLog,
  type MessageDraft,
  messageId,
  PlenumError,
  type Random,
} from '@plenum/core';
import { endDueMutesOf } from '../groups/due-mutes.ts';
import type { Keys } from '../keys.ts';
import type { Run } from '../script-calls/bounded-calls.ts';
import type { StateSettings } from '../script-calls/group-header.ts';
import {
  type AppendReply,
  admitMessage,
  appendMessage,
  type Late,
  runEncoded,
} from '../script-calls/index.ts';
import { refusalOf } from '../script-calls/refusals.ts';
import type { ScriptCalls, StateDeps } from '../script-calls/script-calls.ts';
import { AppendArguments, type WrittenMessage } from './append-arguments.ts';
import { RedisLogReader } from './log-reader.ts';
import { PendingSends } from './pending-sends.ts';
import { type DecodedEntry, messageWireHead } from './wire.ts';

export interface RedisGroupLogDeps extends StateDeps {
  /** Scripts on a separate connection, because a long answer must not delay the answers to sends. */
  readonly readCalls: ScriptCalls;
}

/** Largest error of this node's estimate of Redis' time, ms. With it a send never seems to be younger than its entry. */
const clockErrorMs = 50;

/** Appends messages; the reads are inherited. */
export class RedisGroupLog extends RedisLogReader implements GroupLog {
  readonly #keys: Keys;
  readonly #random: Random;
  readonly #settings: StateSettings;
  readonly #calls: ScriptCalls;
  readonly #arguments: AppendArguments;
  readonly #sends = new PendingSends();

  constructor({ calls, readCalls, keys, random, settings }: RedisGroupLogDeps) {
    super(readCalls, keys);
    this.#keys = keys;
    this.#random = random;
    this.#settings = settings;
    this.#arguments = new AppendArguments(keys, settings);
    this.#calls = calls;
  }

  /** Resolves this node's own send with its entry. Must be called with every live entry before it is delivered. Never throws. */
  resolveSends(decoded: DecodedEntry): void {
    this.#sends.resolveWith(decoded);
  }

  append(draft: MessageDraft): Promise<AppendOutcome> {
    const { groupId, sender, request, message, isRateLimited } = draft;
    const wireHead = messageWireHead({ groupId, sender, requestId: request.id, text: message });
    const notBeforeMs = this.#calls.serverNowMs(this.#keys.group(groupId)) - clockErrorMs;
    const sent = { groupId, sender, requestId: request.id, wireHead, notBeforeMs };
    const send = this.#sends.open(sent);
    const written = { groupId, sender, request, isRateLimited, wireHead };
    this.#calls
      .attempt(this.#keys.group(groupId), this.#runOf(written, false))
      .then((reply) => (reply.type === 'due' ? this.#appendAfterMutes(written) : outcomeOf(reply)))
      .then(
        (outcome) => send.resolve(outcome),
        (error: unknown) => send.fail(error),
      );
    return send.outcome;
  }

  appendWith(draft: MessageDraft, done: AppendCallback): void {
    this.append(draft).then(done, (error: unknown) => done(errorFrom(error)));
  }

  async admit(draft: MessageDraft): Promise<AdmitOutcome> {
    let reply = await this.#admitOnce(draft, '0');
    if (reply.type === 'due') {
      await this.#endDueMutes(draft);
      reply = await this.#admitOnce(draft, '1');
    }
    if (reply.type === 'due') throw PlenumError.of('internal');
    return reply.type === 'admitted' ? { type: 'admitted' } : outcomeOf(reply);
  }

  async #appendAfterMutes(message: WrittenMessage): Promise<AppendOutcome> {
    await this.#endDueMutes(message);
    const reply = await this.#calls.attempt(this.#keys.group(message.groupId), this.#runOf(message, true));
    if (reply.type === 'due') throw PlenumError.of('internal');
    return outcomeOf(reply);
  }

  /** Ends due mutes of the group, always that of the sender. */
  async #endDueMutes({ groupId, sender: userId }: Pick<MessageDraft, 'groupId' | 'sender'>): Promise<void> {
    const [keys, random, settings] = [this.#keys, this.#random, this.#settings];
    await endDueMutesOf(this.#calls, { groupId, userId }, { keys, random, settings });
  }

  #admitOnce({ groupId, sender, request, isRateLimited }: MessageDraft, areMutesEnded: '0' | '1') {
    const { ratePerSec, rateBurst } = this.#settings;
    const keys = this.#keys;
    return this.#calls.change(admitMessage, {
      keys: {
        group: keys.group(groupId),
        members: keys.members(groupId),
        dedupe: keys.dedupe(groupId, sender, request.id),
        bucket: keys.bucket(groupId, sender),
      },
      args: (deadlineMs) => ({
        senderId: sender,
        payloadHash: request.payloadHash,
        deadlineMs,
        areMutesEnded,
        isRateLimited: isRateLimited ? '1' : '0',
        ratePerSec,
        rateBurst,
      }),
    });
  }

  #runOf(message: WrittenMessage, areMutesEnded: boolean): Run<AppendReply> {
    const epochOffer = this.#random.token();
    return (redis, deadlineMs) =>
      runEncoded(
        redis,
        appendMessage,
        this.#arguments.of(message, { epochOffer, areMutesEnded, deadlineMs }),
      );
  }
}

function outcomeOf(reply: Exclude<AppendReply, Late | { type: 'due' }>): AppendOutcome {
  return reply.type === 'refused'
    ? refusalOf(reply)
    : answeredWith(reply.details, reply.type === 'duplicate');
}

type Answer = Pick<Appended, 'epoch' | 'seq' | 'recipientsCount' | 'timestampMs'>;
function answeredWith({ epoch, seq, recipientsCount, timestampMs }: Answer, isDuplicate: boolean): Appended {
  const id = messageId(epoch, seq);
  return { type: 'appended', isDuplicate, epoch, seq, messageId: id, recipientsCount, timestampMs };
}
