/**
 * Defines the scripts that read. Each returns the state of one instant, and works while Redis refuses writes. Only
 * `mark-read` writes.
 */

import type { LogHead, PastEpoch } from '@plenum/core';
import { groupTypeSchema, historySettingSchema, limits } from '@plenum/protocol';
import { z } from 'zod';
import { refusalWords } from './changes.ts';
import { defineScript, integerWord, reply } from './define-script.ts';
import { sendingWord } from './sending.ts';

const none = reply('none', z.array(z.unknown()));

const pastWord = z.string().transform((text): readonly PastEpoch[] =>
  text === ''
    ? []
    : text.split(',').map((finished) => {
        const [epoch = '', endSeq = ''] = finished.split(':');
        return { epoch, endSeq: Number(endSeq) };
      }),
);
export const flagWord = z.enum(['0', '1']).transform((word) => word === '1');

const endWord = z.string().regex(/^[01](?: \d{1,16})?$/);

/** Parses the five values that lua/lib/head.lua returns. */
export const headWords = [z.string(), integerWord, pastWord, integerWord, endWord] as const;
type HeadValues = readonly [string, number, readonly PastEpoch[], number, string];
export const headOf = ([epoch, seq, past, oldestSeq, end]: HeadValues): LogHead => ({
  epoch,
  seq,
  past,
  oldestSeq,
  isDeleted: end.startsWith('1'),
  ...(end.length === 1 ? {} : { membersVersion: Number(end.slice(2)) }),
});

export const readHead = defineScript({
  file: 'read-head',
  keys: ['group', 'log', 'present'],
  args: [],
  reply: z.discriminatedUnion('type', [none, reply('found', z.tuple([...headWords]).transform(headOf))]),
});

const positionDetails = z
  .tuple([
    z.tuple([...headWords]).transform(headOf),
    z.object({
      groupType: groupTypeSchema,
      createdAtMs: integerWord,
      active: integerWord,
      pending: integerWord,
      muted: integerWord,
      admins: integerWord,
      /** Number of mutes that are due but not ended yet. */
      due: integerWord,
      maxMembers: z.union([z.literal('').transform(() => null), integerWord]),
      isEphemeral: flagWord,
      history: historySettingSchema,
      metadata: z.string().transform((text) => (text === '' ? null : text)),
      sending: sendingWord,
      editWindowMs: z.union([z.literal('').transform(() => limits.editWindowMsDefault), integerWord]),
      /** The time of the user's last message in slow mode. */
      lastSentMs: z.union([z.literal('').transform(() => null), integerWord]),
      moderators: integerWord,
      /** The record of the user as text, and its invite; '' for none. */
      record: z.string(),
      invite: z.string(),
      acceptsNeeded: z.union([z.literal('').transform(() => 1), integerWord]),
      muteSurvivesRejoin: z.enum(['', '1']).transform((word) => word === '1'),
      idReservedMs: z.union([z.literal('').transform(() => 0), integerWord]),
      hasLevels: flagWord,
      requestTtlMs: z.union([z.literal('').transform(() => null), integerWord]),
      /** Number of requests to join that are due but not ended yet. */
      expired: integerWord,
    }),
  ])
  .transform(([head, group]) => ({ head, group }));

const positionNames = [
  'groupType',
  'createdAtMs',
  'active',
  'pending',
  'muted',
  'admins',
  'due',
  'maxMembers',
  'isEphemeral',
  'history',
  'metadata',
  'sending',
  'editWindowMs',
  'lastSentMs',
  'moderators',
  'record',
  'invite',
  'acceptsNeeded',
  'muteSurvivesRejoin',
  'idReservedMs',
  'hasLevels',
  'requestTtlMs',
  'expired',
] as const;

export const readPosition = defineScript({
  file: 'read-position',
  keys: ['group', 'members', 'mutes', 'log', 'slow', 'invites', 'present'],
  args: ['userId'],
  reply: z.discriminatedUnion('type', [
    none,
    reply(
      'found',
      z
        .array(z.string())
        .transform((words) => [
          words.slice(0, 5),
          Object.fromEntries(positionNames.map((name, index) => [name, words[index + 5]])),
        ])
        .pipe(positionDetails),
    ),
  ]),
});

/** Pairs of a user and its record. */
const recordsOf = (words: readonly string[]): ReadonlyMap<string, string> =>
  new Map(words.flatMap((user, at) => (at % 2 === 0 ? [[user, words[at + 1] ?? ''] as const] : [])));

export const readStandings = defineScript({
  file: 'read-standings',
  keys: ['group', 'members', 'log', 'present'],
  args: ['wholeMax', 'userIds'],
  reply: z.discriminatedUnion('type', [
    none,
    reply(
      'found',
      z
        .tuple([...headWords, flagWord])
        .rest(z.string())
        .transform(([epoch, seq, past, oldestSeq, end, isWhole, ...words]) => ({
          head: headOf([epoch, seq, past, oldestSeq, end]),
          isWhole,
          records: recordsOf(words),
        })),
    ),
  ]),
});

const linkedDetails = z
  .tuple([groupTypeSchema, integerWord, z.string()])
  .rest(z.string())
  .transform(([groupType, membersCount, metadata, ...words]) => ({
    groupType,
    membersCount,
    metadata: metadata === '' ? null : metadata,
    /** Pairs of a link's id and its record. */
    records: words.flatMap((id, at) => (at % 2 === 0 ? [[id, words[at + 1] ?? ''] as const] : [])),
  }));

export const readLinks = defineScript({
  file: 'read-links',
  keys: ['group', 'links'],
  args: ['linkId'],
  reply: z.discriminatedUnion('type', [none, reply('found', linkedDetails)]),
});

const bytes = z.instanceof(Buffer);

/** An entry as the script read-range returns it. */
export interface RangeEntry {
  readonly seq: number;
  readonly kind: string;
  readonly wire: Buffer;
  /** The record of a changed message; empty: it was taken down; absent: the message was not changed. */
  readonly record?: string;
  /** One digit per reaction in the record, 1 if it is by the reading user; empty: there is no such user. */
  readonly own?: string;
}

/** How many words an entry of a kind has. */
const wordsOf: Readonly<Record<string, number>> = { M: 5, C: 4, A: 4 };

function rangeEntries(words: readonly Buffer[]): readonly RangeEntry[] {
  const entries: RangeEntry[] = [];
  let at = 0;
  while (at + 2 < words.length) {
    const kind = String(words[at + 1]);
    const count = wordsOf[kind] ?? 3;
    const [seq, , wire, record, own] = words.slice(at, at + count);
    at += count;
    if (wire === undefined) continue;
    const entry = { seq: Number(String(seq)), kind, wire };
    if (record === undefined) entries.push(entry);
    else
      entries.push({ ...entry, record: String(record), ...(own === undefined ? {} : { own: String(own) }) });
  }
  return entries;
}

const rangeDetails = z.array(bytes).transform((words, context) => {
  const head = z
    .tuple([...headWords])
    .transform(headOf)
    .safeParse(words.slice(0, 5).map(String));
  if (!head.success) {
    context.addIssue({ code: 'custom', message: 'the head of a range is malformed' });
    return z.NEVER;
  }
  return { head: head.data, entries: rangeEntries(words.slice(5)) };
});

export const readRange = defineScript({
  file: 'read-range',
  keys: ['group', 'log', 'present', 'reactors'],
  args: ['fromSeq', 'toSeq', 'limit', 'isLatestFirst', 'maxBytes', 'userId'],
  isBinary: true,
  reply: z.discriminatedUnion('type', [none, reply('found', rangeDetails)]),
});

export const readMembers = defineScript({
  file: 'read-members',
  keys: ['group', 'members', 'receivers', 'pending', 'applications'],
  args: ['after', 'lists', 'limit'],
  reply: z.discriminatedUnion('type', [
    none,
    reply(
      'found',
      z.array(z.string()).transform((words) => {
        const rows: { userId: string; place: string; record: string; note: string | null }[] = [];
        for (let at = 0; at < words.length; at += 4) {
          const [userId = '', place = '', record = '', note = ''] = words.slice(at, at + 4);
          rows.push({ userId, place, record, note: note === '' ? null : z.string().parse(JSON.parse(note)) });
        }
        return rows;
      }),
    ),
  ]),
});

const keys = ['group', 'members', 'log', 'reads'] as const;
/** Parses the seq of a read mark, the number of unread messages, the epoch of the log, and where the mark has moved. */
const marked = z
  .tuple([integerWord, integerWord, z.string(), z.enum(['0', '1', '-1'])])
  .transform(([readSeq, unread, epoch, move]) => ({
    ...{ readSeq, unread, epoch },
    hasRisen: move === '1',
    hasFallen: move === '-1',
  }));

export const markRead = defineScript({
  file: 'mark-read',
  keys,
  args: ['userId', 'seq', 'epoch', 'mayFall'],
  reply: z.discriminatedUnion('type', [reply('marked', marked), reply('refused', refusalWords)]),
});

const levels = { a: 'all', m: 'mentions', n: 'none' } as const;
export const letterOfLevel = { all: 'a', mentions: 'm', none: 'n' } as const;

const levelText = z
  .string()
  .transform((text) => text.split(' '))
  .pipe(z.tuple([z.enum(['m', 'n']), z.union([z.literal('-').transform(() => null), integerWord])]))
  .transform(([letter, untilMs]) => ({ level: levels[letter], untilMs }));

/** Parses `<m|n> <end or ->`. @returns null for a level that has ended */
export function levelOf(text: string, nowMs: number) {
  const parsed = levelText.parse(text);
  return parsed.untilMs !== null && parsed.untilMs <= nowMs ? null : parsed;
}

/** Parses the seq of a read mark, the numbers of unread messages and mentions, and the text of the level. */
const readState = z
  .tuple([integerWord, integerWord, integerWord, z.string()])
  .transform(([readSeq, unread, unreadMentions, level]) => ({ readSeq, unread, unreadMentions, level }));

export const setNotifications = defineScript({
  file: 'set-notifications',
  keys: ['group', 'members', 'reads'],
  args: ['userId', 'level', 'untilMs'],
  reply: z.discriminatedUnion('type', [
    reply(
      'set',
      z
        .tuple([z.enum(['a', 'm', 'n']), z.union([z.literal('').transform(() => null), integerWord])])
        .transform(([letter, untilMs]) => ({ level: levels[letter], untilMs })),
    ),
    reply('refused', refusalWords),
  ]),
});

export const readMark = defineScript({
  file: 'read-mark',
  keys: [...keys, 'mentions'],
  args: ['userId'],
  reply: z.discriminatedUnion('type', [reply('none', z.tuple([])), reply('found', readState)]),
});
