import { expect, test } from 'vitest';
import { metadataSchema } from './text.ts';

test('bytes, which a Socket.IO client may send in the place of JSON, are no JSON object', () => {
  expect(metadataSchema.safeParse(Buffer.from('xyz')).success).toBe(false);
  expect(metadataSchema.safeParse({ name: 'xyz' }).success).toBe(true);
});
