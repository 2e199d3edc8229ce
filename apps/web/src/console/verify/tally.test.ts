import { expect, test } from 'vitest';
import { percentile, Tally } from './tally.ts';

const users = ['canary-1', 'canary-2'];
const message = (seq: number, epoch = 'e1') => ({
  messageId: `${epoch}-${seq}`,
  text: `m${seq}`,
  epoch,
  seq,
});

/** Three messages that were sent at 0 ms and acknowledged. */
function sent(): Tally {
  const tally = new Tally(users);
  for (const seq of [1, 2, 3]) {
    tally.sent(`m${seq}`, 0);
    tally.acknowledged(`e1-${seq}`);
  }
  return tally;
}
function arrive(tally: Tally, index: number, seqs: readonly number[]): void {
  for (const seq of seqs) {
    tally.pushed(index, `e1-${seq}`);
    tally.delivered(index, message(seq), seq * 10);
  }
}

test('all came once and in order: the verdict is good', () => {
  const tally = sent();
  arrive(tally, 0, [1, 2, 3]);
  expect(tally.isComplete).toBe(false);
  arrive(tally, 1, [1, 2, 3]);
  expect(tally.isComplete).toBe(true);
  expect(tally.verdict()).toMatchObject({
    ...{ isGood: true, sent: 3, acknowledged: 3, expected: 6, delivered: 6, lost: 0 },
    ...{ duplicated: 0, reordered: 0, p50Ms: 20, p99Ms: 30 },
  });
});

test('what is acknowledged and did not come is lost', () => {
  const tally = sent();
  arrive(tally, 0, [1, 2, 3]);
  arrive(tally, 1, [1, 3]);
  const verdict = tally.verdict();
  expect(verdict).toMatchObject({ isGood: false, lost: 1, delivered: 5 });
  expect(verdict.connections.map(({ lost }) => lost)).toEqual([0, 1]);
});

test('a push that comes twice is duplicated, also where the SDK drops it', () => {
  const tally = sent();
  arrive(tally, 0, [1, 2, 3]);
  arrive(tally, 1, [1, 2, 3]);
  tally.pushed(1, 'e1-2');
  expect(tally.verdict()).toMatchObject({ isGood: false, duplicated: 1, delivered: 6 });
});

test('a message after a later one is reordered', () => {
  const tally = sent();
  arrive(tally, 0, [1, 2, 3]);
  arrive(tally, 1, [2, 1, 3]);
  expect(tally.verdict()).toMatchObject({ isGood: false, reordered: 1, lost: 0 });
});

test('another epoch may begin at a lower seq', () => {
  const tally = sent();
  tally.delivered(0, message(3), 1);
  tally.delivered(0, message(1, 'e2'), 2);
  expect(tally.verdict().reordered).toBe(0);
});

test('a send without an answer is not expected anywhere', () => {
  const tally = sent();
  tally.sent('m4', 0);
  tally.failed();
  arrive(tally, 0, [1, 2, 3]);
  arrive(tally, 1, [1, 2, 3]);
  expect(tally.verdict()).toMatchObject({ isGood: true, sent: 4, unacknowledged: 1, expected: 6 });
});

test('without an acknowledged message there is no good verdict', () => {
  expect(new Tally(users).verdict()).toMatchObject({ isGood: false, p50Ms: null });
});

test('a percentile is one of the values', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([0.5, 0.99, 1].map((part) => percentile(values, part))).toEqual([50, 99, 100]);
  expect(percentile([], 0.5)).toBeNull();
});
