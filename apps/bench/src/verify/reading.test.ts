import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type ReadingDevice, readAnew } from './reading.ts';

const pagesOfGroup = 5;
const pageMs = 30;

const epoch = '00000000000000aa';

const message = (group_id: string, seq: number) => ({
  ...{ type: 'message', group_id, epoch, seq, message_id: `${epoch}-${seq}`, from_user_id: 'ann' },
  ...{ request_id: `r${seq}`, message: `message ${seq}`, timestamp: '2026-01-01T00:00:00.000Z' },
});

/** Its node answers each page after a while, and none behind the first one of the group `away`. */
const deviceOf = (...groupIds: string[]): ReadingDevice => ({
  firstOddity: null,
  views: new Map(groupIds.map((id) => [id, null])),
  ask: async ({ args }) => {
    await pause(pageMs);
    const { group_id: groupId, after } = Object(args);
    const seq = Number(after) + 1;
    if (groupId === 'away' && seq > 1) return null;
    const entries = seq > pagesOfGroup ? [] : [message(groupId, seq)];
    return {
      success: true,
      result: { group_id: groupId, epoch, entries, oldest_seq: 1, head_seq: pagesOfGroup },
    };
  },
});

test('groups are read to their ends, which takes longer than the answer to one page may', async () => {
  const device = deviceOf('one', 'two');
  const readings = await readAnew(device, pageMs * 2);
  expect(device.firstOddity).toBeNull();
  expect(readings.map(({ groupId, entries }) => [groupId, entries.length])).toEqual([
    ['one', pagesOfGroup],
    ['two', pagesOfGroup],
  ]);
});

test('of a group that could not be read to its end there is no reading, and the run is odd', async () => {
  const device = deviceOf('away', 'one');
  const readings = await readAnew(device, pageMs * 2);
  expect(readings.map(({ groupId }) => groupId)).toEqual(['one']);
  expect(device.firstOddity).toBe('away could not be read at the end');
});
