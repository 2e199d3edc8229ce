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
