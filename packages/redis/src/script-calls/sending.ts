/**
 * The field `sending` of a group, `<posting> <slow_mode_ms>` or `<posting> <slow_mode_ms> <max_entries> <max_age_ms>`, as
 * lua/lib/sending-text.lua and lua/lib/retention.lua read it.
 */
import type { GroupRetention, GroupSettings } from '@plenum/core';
import type { Posting } from '@plenum/protocol';
import { z } from 'zod';
import { untilWord } from './member-record.ts';

type Sending = Pick<GroupSettings, 'posting' | 'slowModeMs' | 'retention'>;

const postingOf = { m: 'members', a: 'admins', n: 'nobody' } as const satisfies Record<string, Posting>;

const free: Sending = { posting: 'members', slowModeMs: 0, retention: null };

/**
 * Empty for a group in which every active member may send, any number of messages, and whose log is kept as the service
 * keeps it: such a group costs the script nothing.
 */
export function sendingText({ posting, slowModeMs, retention }: Sending): string {
  if (posting === 'members' && slowModeMs === 0 && retention === null) return '';
  return `${posting.charAt(0)} ${slowModeMs}${retention === null ? '' : ` ${retentionText(retention)}`}`;
}

export const retentionText = ({ maxEntries, maxAgeMs }: GroupRetention): string =>
  `${maxEntries ?? '-'} ${maxAgeMs ?? '-'}`;

const plainWords = z.tuple([z.enum(['m', 'a', 'n']), z.string().regex(/^\d{1,16}$/)]);
const words = plainWords.rest(untilWord);

/** Parses the field; '' is also that of a group from before the field existed. */
export const sendingWord = z.string().transform((text): Sending => {
  if (text === '') return free;
  const [letter, slowModeMs, ...kept] = words.parse(text.split(' '));
  const [maxEntries = null, maxAgeMs = null] = kept;
  const retention = kept.length === 0 ? null : { maxEntries, maxAgeMs };
  return { posting: postingOf[letter], slowModeMs: Number(slowModeMs), retention };
});
