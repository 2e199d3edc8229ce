import { crc16, evenTags, numberedTags, PARTITION_COUNT, type PartitionTags } from '@plenum/core';
import { expect, test } from 'vitest';
import { slotOf } from './shards.ts';

// From CLUSTER KEYSLOT of Redis 7.0.
test.each([
  ['foo', 12_182],
  ['{user1000}.following', 3443],
  ['foo{}{bar}', 8363],
  ['foo{{bar}}zap', 4015],
  ['foo{bar}{zap}', 5061],
  ['{p17}:log:g', slotOf('p17')],
])('%s is in the slot that Redis puts it in', (key, slot) => {
  expect(slotOf(key)).toBe(slot);
});

/** The smallest and the largest number of partitions on one of so many masters, which share the slots evenly. */
function spreadOver(masters: number, tags: PartitionTags): readonly [min: number, max: number] {
  const counts = new Array<number>(masters).fill(0);
  for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
    const at = Math.floor(((slotOf(tags.tagOfPartition(partition)) + 1) * masters - 1) / 16_384);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return [Math.min(...counts), Math.max(...counts)];
}

// Tags are part of every key, so this spread is fixed. `apps/docs/operations/redis.md` has the advice that follows from it.
test.each([
  ['1 2 3 4', '256-256 128-128 83-89 64-64'],
  ['5 6 7 8', '47-55 39-45 32-43 29-35'],
  ['9 10 11 12', '25-30 20-30 19-28 19-24'],
  ['13 14 15 16', '15-23 13-22 14-21 14-18'],
  ['17 18 19 20', '10-17 11-19 10-16 8-17'],
  ['21 22 23 24', '8-15 8-17 7-16 6-15'],
  ['25 26 27 28', '8-14 6-15 6-14 5-13'],
  ['29 30 31 32', '6-14 5-13 4-13 6-11'],
])('over %s masters the partitions of numbered tags spread as %s', (masters, spread) => {
  const spreads = masters.split(' ').map((count) => spreadOver(Number(count), numberedTags).join('-'));
  expect(spreads.join(' ')).toBe(spread);
});

const allEvenTags = Array.from({ length: PARTITION_COUNT }, (_, partition) =>
  evenTags.tagOfPartition(partition),
);

test('over any number of masters up to 32 the partitions of even tags differ by at most one', () => {
  for (let masters = 1; masters <= 32; masters += 1) {
    const [min, max] = spreadOver(masters, evenTags);
    expect([min, max], `${masters} masters`).toEqual([Math.floor(256 / masters), Math.ceil(256 / masters)]);
  }
});

test('the slot of each even tag is in the middle of an equal share of the slots', () => {
  for (const [partition, tag] of allEvenTags.entries()) expect(slotOf(tag)).toBe(64 * partition + 32);
});

test('the even tags are those of the stored keys', () => {
  expect(allEvenTags.slice(0, 3)).toEqual(['{p0x1308}', '{p1x20819}', '{p2x23661}']);
  expect(crc16(allEvenTags.join(''))).toBe(56769);
});
