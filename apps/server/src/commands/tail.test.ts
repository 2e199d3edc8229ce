import { expect, test } from 'vitest';
import { recoveredLine, resyncLine } from './tail.ts';

test.each([
  [3, 5, 'recovered: entries 3 to 5'],
  [3, 3, 'recovered: entry 3'],
  [6, 5, 'recovered: nothing was missed up to seq 5'],
])('a recovery from %i to %i says what was missed', (from_seq, head_seq, shown) => {
  expect(recoveredLine({ group_id: 'g', from_seq, head_seq })).toBe(shown);
});

test('a resync says what to forget, what is missing, and where it continues', () => {
  const lost = {
    group_id: 'g',
    reason: 'epoch_changed',
    from_seq: 9,
    missing: { from: 5, to: 8 },
    revoked: { from: 5, to: 5 },
  } as const;
  expect(resyncLine(lost)).toBe(
    'resync (epoch_changed): forget entry 5, entries 5 to 8 cannot be had, continues from seq 9',
  );
  const over = {
    group_id: 'g',
    reason: 'not_a_member',
    from_seq: null,
    missing: null,
    revoked: null,
  } as const;
  expect(resyncLine(over)).toBe('resync (not_a_member): nothing follows');
});
