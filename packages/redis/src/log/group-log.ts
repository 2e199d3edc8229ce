/** The group log on Redis. One script checks, numbers, stores and publishes the messages of a tick. */

import {
  type AdmitOutcome,
  type AppendCallback,
  type AppendOutcome,
  errorFrom,
  type GroupLog,
  isTraced,
  type MessageDraft,
  type MessageExtras,
  PlenumError,
  type PushOutcome,
  trace,
} from '@plenum/core';
import { endDueMutesOf } from '../groups/due-mutes.ts';
import type { Keys } from '../keys.ts';
import { caughtReply, translate } from '../script-calls/errors.ts';
import type { StateSettings } from '../script-calls/group-header.ts';
import { type AppendAnswer, type AppendLine, admitMessage, appendMessages } from '../script-calls/index.ts';
import { refusalOf } from '../script-calls/refusals.ts';
import type { ScriptCalls, StateDeps } from '../script-calls/script-calls.ts';
import type { WrittenExtra, WrittenMessage } from './append-arguments.ts';
import { AppendBatches } from './append-batches.ts';
import { appendedAt } from './appended-at.ts';
import { DueSends } from './due-sends.ts';
import { EphemeralSends, pushOutcome, writtenEphemeral } from './ephemeral-sends.ts';
import { RedisLogReader } from './log-reader.ts';
import { type PendingSend, PendingSends } from './pending-sends.ts';
import { type DecodedEntry, messageWireHead } from './wire.ts';

export interface RedisGroupLogDeps extends StateDeps {
  /** Scripts on a separate connection, because a long answer must not delay the answers to sends. */
  readonly readCalls: ScriptCalls;
}

/** Called with a message that this node has just appended, after its sender's callback. Must not throw. */
export type AppendedListener = (message: WrittenMessage, place: AppendAnswer) => void;

/** Largest error of this node's estimate of Redis' time, ms. With it a send never seems to be younger than its entry. */
const clockErrorMs = 50;

/** Appends messages; the reads are inherited. */
export class RedisGroupLog extends RedisLogReader implements GroupLog {
  readonly #keys: Keys;
  readonly #settings: StateSettings;
  readonly #calls: ScriptCalls;
  readonly #batches: AppendBatches;
  readonly #ephemeral: EphemeralSends;
  readonly #sends = new PendingSends();
  readonly #due: DueSends;
  #onAppended: AppendedListener = () => undefined;
  readonly #endDueMutes: (groupId: MessageDraft['groupId'], userId: MessageDraft['sender']) => Promise<void>;

  constructor({ calls, readCalls, keys, random, settings }: RedisGroupLogDeps) {
    super(readCalls, keys);
    this.#keys = keys;
    this.#settings = settings;
    this.#calls = calls;
    this.#batches = new AppendBatches({ calls, keys, settings, random });
    this.#ephemeral = new EphemeralSends({ calls, keys, settings });
    this.#endDueMutes = (groupId, userId) =>
      endDueMutesOf(calls, { groupId, userId }, { keys, random, settings });
    this.#due = new DueSends({
      endDueMutes: this.#endDueMutes,
      send: (send, areMutesEnded) => {
        if (send.message.isEphemeral) this.#push(send, areMutesEnded);
        else this.#addToBatch(send, areMutesEnded);
      },
    });
  }

  /** Resolves this node's own send with its entry. Must be called with every live entry before it is delivered. Never throws. */
  resolveSends(decoded: DecodedEntry): void {
    this.#sends.resolveWith(decoded);
  }

  /** Never called for a duplicate, nor for a send that its entry has resolved already. */
  onAppended(listener: AppendedListener): void {
    this.#onAppended = listener;
  }

  append(draft: MessageDraft): Promise<AppendOutcome> {
    if (!isTraced('script')) return new Promise(this.#appending(draft));
    return trace('script', appendWork(), () => new Promise(this.#appending(draft)), outcomeWord);
  }

  #appending = (draft: MessageDraft) => {
    return (resolve: (outcome: AppendOutcome) => void, reject: (error: PlenumError) => void) =>
      this.appendWith(draft, (outcome) => {
        if (outcome instanceof PlenumError) reject(outcome);
        else resolve(outcome);
      });
  };

  appendWith(draft: MessageDraft, done: AppendCallback): void {
    const {
      groupId,
      sender,
      request,
      message: text,
      isUnescaped,
      extras,
      isRateLimited,
      traceparent,
    } = draft;
    const requestId = request.id;
    const metadata = extras?.metadata;
    const wireHead = messageWireHead({
      groupId,
      sender,
      requestId,
      text,
      isUnescaped,
      metadata,
      traceparent,
    });
    const message = { groupId, sender, request, wireHead, extra: writtenExtra(extras) };
    const notBeforeMs = this.#calls.serverNowMs(this.#keys.group(groupId)) - clockErrorMs;
    const send = this.#sends.open({ message, isRateLimited, notBeforeMs, done });
    if (!this.#due.hasToWait(send)) this.#addToBatch(send, false);
  }

  sendEphemeral(draft: MessageDraft): Promise<PushOutcome> {
    return new Promise((resolve, reject) => {
      const send = this.#sends.open({
        message: writtenEphemeral(draft),
        isRateLimited: draft.isRateLimited,
        // It has no entry.
        notBeforeMs: Number.POSITIVE_INFINITY,
        done: (outcome) => {
          if (outcome instanceof PlenumError) reject(outcome);
          else resolve(pushOutcome(outcome));
        },
      });
      if (!this.#due.hasToWait(send)) this.#push(send, false);
    });
  }

  async admit(draft: MessageDraft): Promise<AdmitOutcome> {
    let reply = await this.#admitOnce(draft, '0');
    if (reply.type === 'due') {
      await this.#endDueMutes(draft.groupId, draft.sender);
      reply = await this.#admitOnce(draft, '1');
    }
    if (reply.type === 'due') throw PlenumError.of('internal');
    if (reply.type === 'admitted') return { type: 'admitted' };
    if (reply.type === 'refused') return refusalOf(reply);
    const first = appendedAt(reply.details, true);
    return draft.isEphemeral === true ? pushOutcome(first) : first;
  }

  #push(send: PendingSend, areMutesEnded: boolean): void {
    this.#ephemeral.send(send, areMutesEnded).then(
      (outcome) => {
        if (outcome !== 'due') send.resolve(outcome);
        else if (areMutesEnded) send.resolve(PlenumError.of('internal'));
        else this.#due.wait(send);
      },
      (error: unknown) => send.resolve(errorFrom(error)),
    );
  }

  #addToBatch(send: PendingSend, areMutesEnded: boolean): void {
    const { message, isRateLimited } = send;
    const terms = { rememberMs: message.request.rememberMs, areMutesEnded, isRateLimited };
    this.#batches.add(
      {
        message,
        answered: (line, nowMs) => {
          if (line.type === 'due' && !areMutesEnded) this.#due.wait(send);
          else if (send.resolve(outcomeOf(line, nowMs)) && line.type === 'appended')
            this.#onAppended(message, line);
        },
        failed: (error) => send.resolve(errorFrom(error)),
      },
      terms,
    );
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
        slow: keys.slow(groupId),
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
}

/** Of one message: its script may have others too, which are traced by themselves. */
const appendWork = () => ({ name: appendMessages.file, system: 'redis' }) as const;
const outcomeWord = (outcome: AppendOutcome) =>
  outcome.type === 'refused' ? outcome.failure.code : outcome.type;

function writtenExtra(extras: MessageExtras | undefined): WrittenExtra | undefined {
  if (extras === undefined) return undefined;
  const { replyTo, mentions, expiresInMs, isOpen } = extras;
  const isPlain = replyTo === null && mentions.length === 0 && expiresInMs === null && !isOpen;
  return isPlain ? undefined : extras;
}

function outcomeOf(line: Exclude<AppendLine, { type: 'late' }>, nowMs: number): AppendOutcome | PlenumError {
  if (line.type === 'refused') return refusalOf({ nowMs, details: line.details });
  if (line.type === 'failed') return translate(caughtReply(line.text), true);
  if (line.type === 'due') return PlenumError.of('internal');
  return appendedAt(line, line.type === 'duplicate');
}
