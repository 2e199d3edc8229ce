import { z } from 'zod';
import { defineScript, integerWord, said } from './define-script.ts';

export const revokeUser = defineScript({
  file: 'revoke-user',
  keys: ['revoked'],
  args: ['keptMs'],
  reply: said('revoked', z.tuple([integerWord])),
});
