import { z } from 'zod';
import { defineScript, said } from './define-script.ts';

export const forgetMembership = defineScript({
  file: 'forget-membership',
  keys: ['index'],
  args: ['groupId', 'entry'],
  reply: z.discriminatedUnion('word', [said('kept', z.tuple([])), said('forgotten', z.tuple([]))]),
});
