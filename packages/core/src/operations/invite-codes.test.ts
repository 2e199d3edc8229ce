import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { groupOf, InviteCodes, linkIdOf } from './invite-codes.ts';

const groupId = groupIdSchema.parse('room:one');

test('a code leads to its group, whatever its id, and its link has the digest as its id', () => {
  for (const name of ['a', '...', '__proto__', 'auth0|x@y+z~1', 'x'.repeat(128)]) {
    const id = groupIdSchema.parse(name);
    const { code, linkId } = new InviteCodes(['secret']).make(id);
    expect(groupOf(code)).toBe(name);
    expect(linkIdOf(code)).toBe(linkId);
    expect(code.length).toBeLessThanOrEqual(256);
  }
});

test('codes differ, and hold 192 bits beside the group', () => {
  const codes = new InviteCodes(['secret']);
  const made = new Set(Array.from({ length: 1000 }, () => codes.make(groupId).code));
  expect(made.size).toBe(1000);
  for (const code of made) expect(code).toMatch(/^cm9vbTpvbmU\.[\w-]{32}$/);
});

test('a code can be made again by any node that knows its secret, also as an older one', () => {
  const made = new InviteCodes(['old']).make(groupId);
  expect(new InviteCodes(['old']).again(groupId, made)).toBe(made.code);
  expect(new InviteCodes(['new', 'old']).again(groupId, made)).toBe(made.code);
  expect(new InviteCodes(['new']).again(groupId, made)).toBeNull();
  expect(new InviteCodes([]).again(groupId, made)).toBeNull();
});

test('a text of another form leads to no group', () => {
  const texts = [
    '',
    '.',
    'x',
    'cm9vbTpvbmU',
    '.secret',
    'cm9vbTpvbmU=.x',
    'cm9vbTpvbmV.x',
    'YSBi.x',
    'LQ',
    'w6k.x',
  ];
  for (const text of texts) expect(groupOf(text)).toBeNull();
});
