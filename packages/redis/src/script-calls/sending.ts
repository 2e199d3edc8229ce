/**
 * The field `sending` of a group, `<posting> <slow_mode_ms>`, then perhaps `<max_entries> <max_age_ms>`, then perhaps
 * `<c|a><members version>`, as lua/lib/sending-text.lua and lua/lib/retention.lua read it.
 */
import type { GroupRetention, GroupSettings } from '@plenum/core';
import type { Posting } from '@plenum/protocol';
import { z } from 'zod';
import { untilWord } from './member-record.ts';

type Sending = Pick<GroupSettings, 'posting' | 'slowModeMs' | 'retention' | 'membershipEvents'>;

const postingOf = { m: 'members', a: 'admins', n: 'nobody' } as const satisfies Record<string, Posting>;

const free: Sending = { posting: 'members', slowModeMs: 0, retention: null, membershipEvents: 'all' };

/**
 * The field of a new group. Empty for one in which every active member may send, any number of messages, whose log is kept as
 * the service keeps it, and whose joins and leaves are entries: such a group costs the script nothing.
 */
export function sendingText({ posting, slowModeMs, retention, membershipEvents }: Sending): string {
  const isCounting = membershipEvents === 'counts';
  if (posting === 'members' && slowModeMs === 0 && retention === null && !isCounting) return '';
  const words = [posting.charAt(0), String(slowModeMs)];
  if (retention !== null) words.push(retentionText(retention));
  else if (isCounting) words.push('- -');
  return [...words, ...(isCounting ? ['c1'] : [])].join(' ');
}

export const retentionText = ({ maxEntries, maxAgeMs }: GroupRetention): string =>
  `${maxEntries ?? '-'} ${maxAgeMs ?? '-'}`;

const plainWords = z.tuple([z.enum(['m', 'a', 'n']), z.string().regex(/^\d{1,16}$/)]);
const words = plainWords.rest(z.string());
const kept = z.tuple([untilWord, untilWord]);

/** Parses the field; '' is also that of a group from before the field existed. */
export const sendingWord = z.string().transform((text): Sending => {
  if (text === '') return free;
  const [letter, slowModeMs, ...more] = words.parse(text.split(' '));
  const [maxEntries, maxAgeMs] = more.length === 0 ? [null, null] : kept.parse(more.slice(0, 2));
  const retention = maxEntries === null && maxAgeMs === null ? null : { maxEntries, maxAgeMs };
  const membershipEvents = more[2]?.startsWith('c') ? 'counts' : 'all';
  return { posting: postingOf[letter], slowModeMs: Number(slowModeMs), retention, membershipEvents };
});
