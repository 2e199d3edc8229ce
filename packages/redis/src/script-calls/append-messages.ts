/** Defines the scripts of a send: append-messages, admit-message and send-ephemeral. */

import { type UserId, userIdSchema } from '@plenum/protocol';
import { z } from 'zod';
import { refusalWords } from './changes.ts';
import { defineScript, late, reply } from './define-script.ts';

/** `<epoch> <seq> <recipients> <timestamp ms>`, and what was found for a message with extras. */
const appendAnswer = z.tuple([z.string()]).transform(([text], context): AppendAnswer => {
  const line = lineOf(`duplicate ${text}`);
  if (line.type === 'duplicate') return line;
  context.addIssue({ code: 'custom', message: 'the answer to a message is malformed' });
  return z.NEVER;
});

/** What the script has found for a message with extras. */
export interface FoundExtra {
  /** Users who were to be mentioned and are no receivers. */
  readonly dropped: readonly UserId[];
  /** The sender of the message to which this one replies; null: it replies to none. */
  readonly replySender: string | null;
}

/** The place of a stored message. */
export interface AppendAnswer {
  readonly epoch: string;
  readonly seq: number;
  readonly recipientsCount: number;
  readonly timestampMs: number;
  /** Undefined: the message has no extras. */
  readonly found?: FoundExtra;
}

/** The answer to one message of a batch. */
export type AppendLine =
  | ({ readonly type: 'appended' | 'duplicate' } & AppendAnswer)
  | { readonly type: 'refused'; readonly details: readonly [string, number | null] }
  /** Mutes or bans are due: the caller runs `end-due-mutes` and then sends the message again. */
  | { readonly type: 'due' }
  | { readonly type: 'late' }
  /** The message failed with this error of Redis; the other messages of the batch did not. */
  | { readonly type: 'failed'; readonly text: string };

/** Keys and arguments in the order of the script. */
const batchArgs = ['groupsCount', 'messagesCount', 'deadlineMs'] as const;
const termArgs = [
  'historyMaxEntries',
  'historyMaxAgeMs',
  'isOutboxWritten',
  'roomQueueLimit',
  'ratePerSec',
  'rateBurst',
  'rememberMs',
  'areMutesEnded',
  'isRateLimited',
] as const;
const headerArgs = [...batchArgs, ...termArgs] as const;
const groupKeys = ['group', 'members', 'log', 'outbox', 'queued', 'reads', 'slow'] as const;
const groupArgs = ['groupId', 'room', 'channel'] as const;
const messageKeys = ['bucket', 'dedupe'] as const;
const messageArgs = ['senderId', 'requestId', 'payloadHash', 'wireHead'] as const;
/** The epoch offer, and the number of messages. */
const perGroupArgs = ['epochOffer', 'groupMessagesCount'] as const;

export const batchShape = {
  batchArgs,
  termArgs,
  groupKeys,
  groupArgs,
  /** @returns the number of keys */
  keyCount: (groups: number, messages: number): number =>
    groups * groupKeys.length + messages * messageKeys.length,
  /** @returns the number of arguments */
  argCount: (groups: number, messages: number): number =>
    headerArgs.length + groups * (groupArgs.length + perGroupArgs.length) + messages * messageArgs.length,
};

export interface AppendReply {
  readonly type: 'answers';
  readonly nowMs: number;
  /** In the order of the messages in the script's arguments. */
  readonly lines: readonly AppendLine[];
}

const defined = defineScript({
  file: 'append-messages',
  keys: [],
  args: headerArgs,
  rest: {
    keys: [...groupKeys, ...messageKeys],
    args: [...groupArgs, ...perGroupArgs, ...messageArgs],
  },
  reply: z.object({ type: z.literal('answers'), nowMs: z.int() }),
});

/** Parses the reply by hand, because a schema costs more CPU than the rest of a send on this node. */
export const appendMessages = { ...defined, parse: parseAnswers };

/** @throws Error if the script has no such reply */
function parseAnswers(raw: unknown): AppendReply {
  if (!Array.isArray(raw) || raw[0] !== 'answers') throw noSuchReply();
  const lines: AppendLine[] = [];
  for (let at = 2; at < raw.length; at += 1) lines.push(lineOf(raw[at]));
  return { type: 'answers', nowMs: Number(raw[1]), lines };
}

const answerText = /^(appended|duplicate) ([0-9a-f]{16}) (\d{1,16}) (\d{1,16}) (\d{1,16})$/;

function lineOf(line: unknown): AppendLine {
  if (typeof line !== 'string') throw noSuchReply();
  const words = answerText.exec(line);
  if (words === null) return rareLineOf(line);
  const [, type, epoch = '', seq, recipients, timestamp] = words;
  return {
    type: type === 'appended' ? 'appended' : 'duplicate',
    epoch,
    seq: Number(seq),
    recipientsCount: Number(recipients),
    timestampMs: Number(timestamp),
  };
}

const found = /^((?:appended|duplicate)(?: \S+){4}) (\S+) (\S+)$/;
/** Means nothing: it is in no id. */
const NOTHING = '*';

function rareLineOf(line: string): AppendLine {
  if (line === 'late' || line === 'due') return { type: line };
  const [, plainLine, dropped = NOTHING, target = NOTHING] = found.exec(line) ?? [];
  const plain = plainLine === undefined ? null : lineOf(plainLine);
  if (plain !== null && (plain.type === 'appended' || plain.type === 'duplicate')) {
    return {
      ...plain,
      found: {
        dropped: dropped === NOTHING ? [] : userIdSchema.array().parse(dropped.split(',')),
        replySender: target === NOTHING ? null : target,
      },
    };
  }
  const [type, code, detail] = line.split(' ');
  if (type === 'refused') return { type, details: refusalWords.parse([code, detail ?? '']) };
  if (type === 'failed') return { type, text: line.slice('failed '.length) };
  throw noSuchReply();
}

const noSuchReply = (): Error => new TypeError('append-messages has replied in another form');

export const admitMessage = defineScript({
  file: 'admit-message',
  keys: ['group', 'members', 'dedupe', 'bucket', 'slow'],
  args: [
    'senderId',
    'payloadHash',
    'deadlineMs',
    'areMutesEnded',
    'isRateLimited',
    'ratePerSec',
    'rateBurst',
  ],
  reply: z.discriminatedUnion('type', [
    reply('admitted', z.tuple([])),
    reply('duplicate', appendAnswer),
    reply('refused', refusalWords),
    reply('due', z.tuple([])),
    late,
  ]),
});

/** `fields`: JSON fields of the push up to its timestamp, each before a comma. */
export const sendEphemeral = defineScript({
  file: 'send-ephemeral',
  keys: ['group', 'members', 'log', 'dedupe', 'bucket', 'slow'],
  args: [
    'senderId',
    'payloadHash',
    'deadlineMs',
    'areMutesEnded',
    'isRateLimited',
    'ratePerSec',
    'rateBurst',
    'rememberMs',
    'groupId',
    'room',
    'channel',
    'replyTo',
    'mentions',
    'fields',
  ],
  reply: z.discriminatedUnion('type', [
    reply('sent', appendAnswer),
    reply('duplicate', appendAnswer),
    reply('refused', refusalWords),
    reply('due', z.tuple([])),
    late,
  ]),
});
