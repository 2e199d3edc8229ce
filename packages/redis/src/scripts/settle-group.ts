import { z } from 'zod';
import { defineScript, said } from './define-script.ts';
import { groupArgs, groupKeys } from './group-header.ts';

const nothing = z.tuple([]);

export const settleGroup = defineScript({
  file: 'settle-group',
  keys: groupKeys,
  args: [...groupArgs, 'userId'],
  reply: z.discriminatedUnion('word', [said('settled', nothing), said('gone', nothing)]),
});
