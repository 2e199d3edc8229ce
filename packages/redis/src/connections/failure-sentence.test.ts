import { expect, test } from 'vitest';
import { failureSentence } from './failure-sentence.ts';

test.each(['ECONNRESET', 'EPIPE'])('%s of a server in protected mode names that mode', (code) => {
  const error = Object.assign(new Error(`write ${code}`), { code });
  expect(failureSentence(error, { name: 'Redis at cache:6379', isTls: false })).toBe(
    'Redis at cache:6379 closed the connection without an answer; a server that expects TLS needs rediss://, and one in protected mode takes no other machine (protected-mode no).',
  );
});
