/** The field `sending` of a group, `<posting> <slow_mode_ms>`, as lua/lib/sending-text.lua reads it. */
import type { GroupSettings } from '@plenum/core';
import type { Posting } from '@plenum/protocol';
import { z } from 'zod';

type Sending = Pick<GroupSettings, 'posting' | 'slowModeMs'>;

const postingOf = { m: 'members', a: 'admins', n: 'nobody' } as const satisfies Record<string, Posting>;

const free: Sending = { posting: 'members', slowModeMs: 0 };

/** Empty for a group in which every active member may send, any number of messages: such a group costs the script nothing. */
export const sendingText = ({ posting, slowModeMs }: Sending): string =>
  posting === 'members' && slowModeMs === 0 ? '' : `${posting.charAt(0)} ${slowModeMs}`;

const words = z.tuple([z.enum(['m', 'a', 'n']), z.string().regex(/^\d{1,16}$/)]);

/** Parses the field; '' is also that of a group from before the field existed. */
export const sendingWord = z.string().transform((text): Sending => {
  if (text === '') return free;
  const [letter, slowModeMs] = words.parse(text.split(' '));
  return { posting: postingOf[letter], slowModeMs: Number(slowModeMs) };
});
