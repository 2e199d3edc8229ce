import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { crc16, numberedTags } from './partitions.ts';

test('crc16 is the function of Redis Cluster', () => {
  expect(crc16('123456789')).toBe(0x31c3);
  expect(crc16('{user1000}.following'.slice(1, 9))).toBe(crc16('user1000'));
});

test('a group carries the tag of its partition', () => {
  expect(numberedTags.tagOf(groupIdSchema.parse('123456789'))).toBe(`{p${0x31c3 % 256}}`);
});

test('no group shares the room of a user', () => {
  const user = userIdSchema.parse('ada');
  expect(
    groupIdSchema.safeParse(numberedTags.userRoom(user).slice(numberedTags.tagOf(user).length + 1)).success,
  ).toBe(false);
  expect(numberedTags.userRoom(user)).not.toBe(numberedTags.groupRoom(groupIdSchema.parse('user:ada')));
});
