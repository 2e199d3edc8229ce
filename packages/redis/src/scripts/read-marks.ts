import { z } from 'zod';
import { refusalWords } from './changes.ts';
import { defineScript, integerWord, said } from './define-script.ts';

const keys = ['group', 'members', 'log', 'reads'] as const;
/** Read seq and unread messages. */
const mark = z.tuple([integerWord, integerWord]).transform(([readSeq, unread]) => ({ readSeq, unread }));

/** Besides, the epoch of the log, and whether the mark has risen. */
const marked = z
  .tuple([integerWord, integerWord, z.string(), z.enum(['0', '1'])])
  .transform(([readSeq, unread, epoch, risen]) => ({ readSeq, unread, epoch, hasRisen: risen === '1' }));

export const markRead = defineScript({
  file: 'mark-read',
  keys,
  args: ['userId', 'seq', 'epoch'],
  reply: z.discriminatedUnion('word', [said('marked', marked), said('refused', refusalWords)]),
});

export const readMark = defineScript({
  file: 'read-mark',
  keys,
  args: ['userId'],
  reply: z.discriminatedUnion('word', [said('none', z.tuple([])), said('found', mark)]),
});
