/** How often a message may be taken is limited by the faults near it, so a run in which an owner repeats itself is found. */
import { historyEntrySchema } from '@plenum/protocol';
import { checkHistory } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { copiesAllowed, type Disturbance, disturbsCommits, webhookRecord } from './copies.ts';
import { everyFault } from './faults/every-fault.ts';

const fault: Disturbance = { fromMs: 100_000, untilMs: 101_000 };

test('without a fault near it a message is taken once, however many faults there are', () => {
  const others = Array.from({ length: 50 }, (_, i) => ({
    ...{ fromMs: 200_000 + i * 8000, untilMs: 201_000 + i * 8000 },
  }));
  expect(copiesAllowed([10, 20], [])).toBe(1);
  expect(copiesAllowed([10, 20], [fault, ...others])).toBe(1);
  expect(copiesAllowed([120_000, 120_010], [fault, ...others])).toBe(1);
  // The fault cannot undo what was committed long before, whenever it comes again.
  expect(copiesAllowed([90_000, 100_500], [fault])).toBe(2);
  expect(copiesAllowed([80_000, 81_000, 100_500], [fault])).toBe(2);
});

test('a fault explains the copies of each round in vain, and of one owner before', () => {
  expect(copiesAllowed([98_000, 105_000], [fault])).toBe(3);
  const often = Array.from({ length: 20 }, (_, i) => 100_000 + i * 10);
  // Rounds at 0, 200, 600 ms … of a fault of one second.
  expect(copiesAllowed(often, [fault])).toBeLessThan(8);
  expect(copiesAllowed(often, [fault, { fromMs: 100_000, untilMs: 140_000 }])).toBe(21);
});

test('the checker finds a copy that no fault explains, and accepts one that a fault does', () => {
  const place = { group_id: 'calm', epoch: 'a', seq: 1, timestamp: '2026-01-01T00:00:00.000Z' };
  const created = historyEntrySchema.parse({ ...place, type: 'created', user_id: 'ann', roles: ['admin'] });
  const message = historyEntrySchema.parse({
    ...{ ...place, seq: 2, type: 'message', from_user_id: 'ann', message: 'hi' },
    ...{ request_id: 'r', message_id: 'a-2' },
  });
  const copy = { entry: { ...message, message_id: 'a-2' }, isTaken: true };
  const judged = (disturbances: readonly Disturbance[]) => {
    const receiver = { given: [copy, copy], takenMs: new Map([['a-2', [99_000, 100_500]]]) };
    const served = {
      ...webhookRecord(receiver, disturbances),
      ...{ wants: ({ type }: { readonly type: string }) => type === 'message', deadLetters: [] },
    };
    const answer = { type: 'ack', epoch: 'a', seq: 2, messageId: 'a-2' } as const;
    const send = { groupId: 'calm', userId: 'ann', requestId: 'r', message: 'hi', answer };
    const logs = [{ groupId: 'calm', groupType: 'public' as const, entries: [created, message] }];
    return checkHistory({ logs, sends: [send], deliveries: [], served: [served] });
  };
  expect(judged([]).map(({ invariant, harm }) => [invariant, harm])).toEqual([['I10', 'duplicated']]);
  expect(judged([{ fromMs: 200_000, untilMs: 210_000 }])).toHaveLength(1);
  expect(judged([fault])).toEqual([]);
});

test('faults of clients and adapters explain no copy', () => {
  const explaining = new Set(everyFault.filter(disturbsCommits).map(({ edge }) => edge));
  expect(explaining).toEqual(new Set(['node', 'redis', 'link']));
  expect(everyFault.some((one) => !disturbsCommits(one))).toBe(true);
});
