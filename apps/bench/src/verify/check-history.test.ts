import { expect, test } from 'vitest';
import { checkHistory, isGood } from './check-history.ts';
import type { Happening, SeenEntry, Sent, VerifyHistory } from './history.ts';

const groupId = 'g';
const entry = (seq: number, epoch = 'e1'): SeenEntry => ({
  epoch,
  seq,
  message: { requestId: `r${seq}`, from: 'u0', text: `text ${seq}` },
});
const live = (seq: number, epoch?: string): Happening => ({ kind: 'entry', entry: entry(seq, epoch) });
const paged = (seq: number, epoch?: string): Happening => ({ kind: 'paged', entry: entry(seq, epoch) });
const restart = (fromSeq: number): Happening => ({ kind: 'restart', fromSeq, why: 'too_far' });
const sent = (seq: number): Sent => ({
  groupId,
  userId: 'u0',
  requestId: `r${seq}`,
  text: `text ${seq}`,
  outcome: { kind: 'acked', epoch: 'e1', seq },
});
const all = [1, 2, 3, 4, 5];

const historyOf = (...views: readonly (readonly Happening[])[]): VerifyHistory => ({
  sends: all.map(sent),
  views: views.map((happenings, i) => ({ userId: `u${i}`, groupId, sinceSeq: 1, happenings })),
});
const good = all.map((seq) => live(seq));
const countsOf = (history: VerifyHistory) => {
  const { lost, duplicated, reordered, conflicting } = checkHistory(history);
  return { lost, duplicated, reordered, conflicting };
};
const none = { lost: 0, duplicated: 0, reordered: 0, conflicting: 0 };

test('a history in which every member got everything once and in order is good', () => {
  expect(isGood(checkHistory(historyOf(good, good)))).toBe(true);
});

test('an entry that one member lacks is lost', () => {
  expect(countsOf(historyOf(good, good.toSpliced(2, 1)))).toEqual({ ...none, lost: 1 });
});

test('the last entries are missed as well', () => {
  expect(countsOf(historyOf(good, good.slice(0, 3)))).toEqual({ ...none, lost: 2 });
});

test('a gap counts even if none of its entries was acknowledged', () => {
  const history = historyOf(good.toSpliced(2, 1));
  const sends = history.sends.filter(({ requestId }) => requestId !== 'r3');
  expect(countsOf({ ...history, sends })).toEqual({ ...none, lost: 1 });
});

test('an entry that comes twice is duplicated', () => {
  expect(countsOf(historyOf(good.toSpliced(2, 0, live(2))))).toEqual({ ...none, duplicated: 1 });
});

test('entries that change places are reordered and not lost', () => {
  const swapped = [live(1), live(3), live(2), live(4), live(5)];
  expect(countsOf(historyOf(swapped))).toEqual({ ...none, reordered: 1 });
});

test('a request that is stored twice is duplicated', () => {
  const copy: Happening = { kind: 'entry', entry: { ...entry(6), message: entry(5).message } };
  expect(countsOf(historyOf([...good, copy]))).toEqual({ ...none, duplicated: 1 });
});

test('another content at an acknowledged position is a conflict', () => {
  const forged: Happening = {
    kind: 'entry',
    entry: { ...entry(3), message: { requestId: 'r3', from: 'u0', text: 'something else' } },
  };
  expect(countsOf(historyOf(good.toSpliced(2, 1, forged))).conflicting).toBe(1);
  expect(countsOf(historyOf(good, good.toSpliced(2, 1, forged))).conflicting).toBeGreaterThan(0);
});

test('sends that stand in another order than they were acknowledged in are reordered', () => {
  const history = historyOf(good);
  expect(countsOf({ ...history, sends: history.sends.toReversed() }).reordered).toBe(4);
});

test('an announced break that is filled by paging is no loss', () => {
  expect(countsOf(historyOf([live(1), restart(5), live(5), paged(2), paged(3), paged(4)]))).toEqual(none);
});

test('an announced break that is not filled is', () => {
  expect(countsOf(historyOf([live(1), restart(5), live(5), paged(2)]))).toEqual({ ...none, lost: 2 });
});

test('what is sent again after an announced restart is no duplicate; an entry pushed twice is', () => {
  const again = [...good, restart(4), live(4), live(5)];
  expect(countsOf(historyOf(again))).toEqual(none);
  expect(countsOf(historyOf([...again, live(5)])).duplicated).toBe(1);
});

test('an acknowledged message of an epoch that was thrown away is lost', () => {
  const rolledBack = [live(1), live(2), live(3), restart(4), live(4, 'e2'), live(5, 'e2')];
  expect(countsOf(historyOf(rolledBack))).toEqual({ ...none, lost: 2 });
});
