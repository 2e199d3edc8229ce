import { z } from 'zod';
import { refusalWords } from './changes.ts';
import { defineScript, integerWord, said } from './define-script.ts';

const keys = ['group', 'members', 'log', 'reads'] as const;
/** Read seq and unread messages. */
const mark = z.tuple([integerWord, integerWord]).transform(([readSeq, unread]) => ({ readSeq, unread }));

export const markRead = defineScript({
  file: 'mark-read',
  keys,
  args: ['userId', 'seq'],
  reply: z.discriminatedUnion('word', [said('marked', mark), said('refused', refusalWords)]),
});

export const readMark = defineScript({
  file: 'read-mark',
  keys,
  args: ['userId'],
  reply: z.discriminatedUnion('word', [said('none', z.tuple([])), said('found', mark)]),
});
