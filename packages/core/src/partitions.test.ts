import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { crc16, groupRoom, tagOf, userRoom } from './partitions.ts';

test('crc16 is the function of Redis Cluster', () => {
  expect(crc16('123456789')).toBe(0x31c3);
  expect(crc16('{user1000}.following'.slice(1, 9))).toBe(crc16('user1000'));
});

test('a group carries the tag of its partition', () => {
  expect(tagOf(groupIdSchema.parse('123456789'))).toBe(`{p${0x31c3 % 256}}`);
});

test('no group shares the room of a user', () => {
  const user = userIdSchema.parse('ada');
  expect(groupIdSchema.safeParse(userRoom(user).slice(tagOf(user).length + 1)).success).toBe(false);
  expect(userRoom(user)).not.toBe(groupRoom(groupIdSchema.parse('user:ada')));
});
