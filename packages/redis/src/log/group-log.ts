/** The group log on Redis: one script appends, one shows a range and the head at one instant. */

import {
  type AdmitOutcome,
  type Appended,
  type AppendOutcome,
  type GroupLog,
  type LogEntry,
  type LogHead,
  type LogRange,
  type MessageDraft,
  PlenumError,
  type Random,
} from '@plenum/core';
import { type GroupId, limits } from '@plenum/protocol';
import { settleMutes } from '../groups/settling.ts';
import type { Keys } from '../keys.ts';
import type { StateDeps, StateSettings } from '../scripts/group-header.ts';
import {
  type AppendReply,
  admitMessage,
  appendMessage,
  type Late,
  readHead,
  readRange,
  runEncoded,
} from '../scripts/index.ts';
import { refusalOf } from '../scripts/outcomes.ts';
import { ScriptCalls } from '../scripts/script-calls.ts';
import { AppendArguments, type WrittenMessage } from './append-arguments.ts';
import { PendingSends } from './pending-sends.ts';
import { type DecodedEntry, entryOf, messageWireHead } from './wire.ts';

interface Span {
  readonly fromSeq: string;
  readonly toSeq: string;
  readonly limit: number;
  readonly isLatestFirst: boolean;
}

/** How far this node's idea of Redis' time may be off: a send is never taken for younger than its own entry. */
const clockErrorMs = 50;

export class RedisGroupLog implements GroupLog {
  readonly #keys: Keys;
  readonly #random: Random;
  readonly #settings: StateSettings;
  readonly #calls: ScriptCalls;
  readonly #arguments: AppendArguments;
  readonly #sends = new PendingSends();

  constructor({ redis, keys, random, clock, settings }: StateDeps) {
    this.#keys = keys;
    this.#random = random;
    this.#settings = settings;
    this.#arguments = new AppendArguments(keys, settings);
    this.#calls = new ScriptCalls({ redis, clock, settings });
  }

  /** To be called with every message that a channel brings, before the entry is handed on. Synchronous; never throws. */
  commitSeen(decoded: DecodedEntry): void {
    this.#sends.notice(decoded);
  }

  append(draft: MessageDraft): Promise<AppendOutcome> {
    const { groupId, sender, request, message, isRateLimited } = draft;
    const wireHead = messageWireHead({ groupId, sender, requestId: request.id, text: message });
    const notBeforeMs = this.#calls.serverNowMs(this.#keys.group(groupId)) - clockErrorMs;
    const sent = { groupId, sender, requestId: request.id, wireHead, notBeforeMs };
    const send = this.#sends.open(sent);
    const written = { groupId, sender, request, isRateLimited, wireHead };
    this.#appendOnce(written, false)
      .then((reply) => (reply.word === 'due' ? this.#appendSettled(written) : outcomeOf(reply)))
      .then(
        (outcome) => send.settle(outcome),
        (error: unknown) => send.fail(error),
      );
    return send.outcome;
  }

  async admit(draft: MessageDraft): Promise<AdmitOutcome> {
    let reply = await this.#admitOnce(draft, '0');
    if (reply.word === 'due') {
      await this.#settle(draft);
      reply = await this.#admitOnce(draft, '1');
    }
    if (reply.word === 'due') throw PlenumError.of('internal');
    return reply.word === 'admitted' ? { outcome: 'admitted' } : outcomeOf(reply);
  }

  after(groupId: GroupId, afterSeq: number, limit: number): Promise<LogRange | null> {
    return this.#range(groupId, { fromSeq: String(afterSeq + 1), toSeq: '+', limit, isLatestFirst: false });
  }

  before(groupId: GroupId, beforeSeq: number, limit: number): Promise<LogRange | null> {
    const toSeq = String(Math.max(0, beforeSeq - 1));
    return this.#range(groupId, { fromSeq: '-', toSeq, limit, isLatestFirst: true });
  }

  async heads(groupIds: readonly GroupId[]): Promise<ReadonlyMap<GroupId, LogHead>> {
    const heads = new Map<GroupId, LogHead>();
    const replies = await Promise.all(
      groupIds.map(async (groupId) => {
        const keys = { group: this.#keys.group(groupId), log: this.#keys.log(groupId) };
        return { groupId, reply: await this.#calls.read(readHead, { keys, args: {} }) };
      }),
    );
    for (const { groupId, reply } of replies) {
      if (reply.word === 'found') heads.set(groupId, reply.details);
    }
    return heads;
  }

  async #appendSettled(message: WrittenMessage): Promise<AppendOutcome> {
    await this.#settle(message);
    const reply = await this.#appendOnce(message, true);
    if (reply.word === 'due') throw PlenumError.of('internal');
    return outcomeOf(reply);
  }

  /** Ends the mutes that are due, and the sender's own in any case. */
  async #settle({ groupId, sender: userId }: Pick<MessageDraft, 'groupId' | 'sender'>): Promise<void> {
    const [keys, random, settings] = [this.#keys, this.#random, this.#settings];
    await settleMutes(this.#calls, { groupId, userId }, { keys, random, settings });
  }

  #admitOnce({ groupId, sender, request, isRateLimited }: MessageDraft, isSettled: '0' | '1') {
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
        isSettled,
        isRateLimited: isRateLimited ? '1' : '0',
        ratePerSec,
        rateBurst,
      }),
    });
  }

  #appendOnce(message: WrittenMessage, isSettled: boolean): Promise<Exclude<AppendReply, Late>> {
    const epochOffer = this.#random.token();
    return this.#calls.attempt(this.#keys.group(message.groupId), (redis, deadlineMs) =>
      runEncoded(redis, appendMessage, this.#arguments.of(message, { epochOffer, isSettled, deadlineMs })),
    );
  }

  async #range(groupId: GroupId, span: Span): Promise<LogRange | null> {
    const reply = await this.#calls.read(readRange, {
      keys: { group: this.#keys.group(groupId), log: this.#keys.log(groupId) },
      args: { ...span, isLatestFirst: span.isLatestFirst ? '1' : '0', maxBytes: limits.answerMaxBytes },
    });
    if (reply.word === 'none') return null;
    const { head, entries } = reply.details;
    const ordered = span.isLatestFirst ? entries.reverse() : entries;
    return { head, entries: ordered.map((stored) => storedEntry(groupId, stored)) };
  }
}

function outcomeOf(reply: Exclude<AppendReply, Late | { word: 'due' }>): AppendOutcome {
  return reply.word === 'refused'
    ? refusalOf(reply)
    : answeredWith(reply.details, reply.word === 'duplicate');
}

type Answer = Pick<Appended, 'epoch' | 'seq' | 'recipientsCount' | 'timestampMs'>;
function answeredWith({ epoch, seq, recipientsCount, timestampMs }: Answer, isDuplicate: boolean): Appended {
  const messageId = `${epoch}-${seq}`;
  return { outcome: 'appended', isDuplicate, epoch, seq, messageId, recipientsCount, timestampMs };
}

function storedEntry(groupId: GroupId, stored: { seq: number; kind: string; wire: Buffer }): LogEntry {
  const { seq, wire } = stored;
  const entry = entryOf({ kind: stored.kind === 'm' ? 'message' : 'event', groupId, seq, wire });
  if (entry !== null) return entry;
  throw PlenumError.of('internal', { cause: new Error(`entry ${seq} of group ${groupId} is malformed`) });
}
