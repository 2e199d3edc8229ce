import { expect, test } from 'vitest';
import { parse } from './parse.ts';
import { requestTable } from './requests.ts';
import { metadataSchema } from './text.ts';

const bytes = Buffer.from('xyz');

test('bytes, which a Socket.IO client may send in the place of JSON, are no JSON object', () => {
  expect(metadataSchema.safeParse(bytes).success).toBe(false);
  expect(metadataSchema.safeParse({ name: 'xyz' }).success).toBe(true);
});

test.each([
  ['metadata.logo', { logo: bytes }],
  ['metadata.logo', { logo: Uint8Array.of(1).buffer }],
  ['metadata.pages.1.logo', { title: 'x', pages: [{}, { logo: new Uint8Array(0) }] }],
])('bytes at %s are refused by that name', (field, metadata) => {
  const args = { group_id: 'g', group_type: 'public', metadata };
  expect(parse(requestTable().create_group.args, args, 'invalid_args')).toMatchObject({
    ok: false,
    failure: { code: 'invalid_args', error: `${field} holds bytes, which are no JSON`, details: { field } },
  });
});

test('what JSON makes of bytes, and the placeholder of an attachment, are JSON as any other', () => {
  const metadata = { logo: JSON.parse(JSON.stringify(bytes)), placeholder: { _placeholder: true, num: 0 } };
  expect(metadataSchema.parse(metadata)).toEqual(metadata);
});
