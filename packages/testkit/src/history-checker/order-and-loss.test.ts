/** Order after acks, losses that need a resync, and logs that continue in another epoch. */
import type { HistoryEntry } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { checkHistory } from './check-history.ts';
import type { Delivery, Invariant, RunHistory, Send } from './history.ts';
import { logOf, soundEntries, soundRun } from './sound-run.ts';

/** Which invariants a run violates. */
const violated = (run: RunHistory): Invariant[] => [
  ...new Set(checkHistory(run).map(({ invariant }) => invariant)),
];

describe('the order of the log is flagged', () => {
  /** The times of one send, which is found by its text. */
  const timed = (message: string, times: NonNullable<Send['times']>): RunHistory => ({
    ...soundRun,
    sends: soundRun.sends.map((send) => (send.message === message ? { ...send, times } : send)),
  });
  test('when a message that was acked before another was sent is behind it', () => {
    expect(violated(timed('third', { sentMs: 10, answeredMs: 20 }))).toEqual(['I5']);
  });
  test('not when the two were under way at the same time', () => {
    expect(violated(timed('third', { sentMs: 10, answeredMs: 60 }))).toEqual([]);
  });
  test('by the first attempt of a request that was repeated', () => {
    const late = timed('second', { sentMs: 200, answeredMs: 210 });
    expect(violated(late)).toEqual(['I5']);
    const [second] = soundRun.sends.filter(({ message }) => message === 'second');
    if (second === undefined) throw new Error('the second was sent');
    const first: Send = { ...second, answer: { type: 'unknown' }, times: { sentMs: 60, answeredMs: 190 } };
    expect(violated({ ...late, sends: [first, ...late.sends] })).toEqual([]);
  });
});

describe('a loss is flagged', () => {
  const lostTail = (resyncs: readonly number[]): RunHistory => {
    const kept = soundEntries.slice(0, 11);
    const deliveries = soundRun.deliveries.map((one) => (one.userId === 'ann' ? { ...one, resyncs } : one));
    const sends = soundRun.sends.filter(({ message }) => message !== 'fourth');
    return { logs: [logOf(kept)], sends, deliveries: deliveries.filter(({ userId }) => userId === 'ann') };
  };
  test('when a device keeps what the log lost without a resync after it', () => {
    expect(violated(lostTail([]))).toContain('I14');
    expect(violated(lostTail([4]))).toContain('I14');
  });
  test('not when it got a resync', () => {
    expect(violated(lostTail([10]))).not.toContain('I14');
  });
  test.each([
    ['ahead of its epoch', { epoch: '00000000000000aa', seq: 13 }],
    ['of an epoch that is in no log', { epoch: '00000000000000bb', seq: 4 }],
  ])('when a position %s is said to be recovered', (_, position) => {
    const came = (answer: 'recovered' | 'resync'): RunHistory => ({
      ...soundRun,
      resumptions: [{ device: 'phone of ann', groupId: 'club', ...position, answer }],
    });
    expect(violated(came('recovered'))).toEqual(['I14']);
    expect(violated(came('resync'))).toEqual([]);
  });
});

describe('a log that continues in another epoch', () => {
  const epochAt = (seq: number) => (seq > 6 ? '00000000000000bb' : '00000000000000aa');
  const moved = (entry: HistoryEntry): HistoryEntry => {
    const epoch = epochAt(entry.seq);
    return entry.type === 'message'
      ? { ...entry, epoch, message_id: `${epoch}-${entry.seq}` }
      : { ...entry, epoch };
  };
  const failedOver: RunHistory = {
    logs: [logOf(soundEntries.map(moved))],
    sends: soundRun.sends.map((send): Send => {
      const { answer } = send;
      if (answer.type !== 'ack') return send;
      const epoch = epochAt(answer.seq);
      return { ...send, answer: { ...answer, epoch, messageId: `${epoch}-${answer.seq}` } };
    }),
    deliveries: soundRun.deliveries.map((one): Delivery => ({ ...one, entries: one.entries.map(moved) })),
  };
  test('is sound', () => {
    expect(checkHistory(failedOver)).toEqual([]);
  });
  test('is flagged where the old epoch comes back', () => {
    const entries = soundEntries.map((entry) => (entry.seq === 9 ? entry : moved(entry)));
    expect(violated({ logs: [logOf(entries)], sends: failedOver.sends, deliveries: [] })).toContain('I4');
  });
  test('is flagged where a device misses an entry of either', () => {
    for (const missed of [6, 7]) {
      const deliveries = failedOver.deliveries.map(
        (one): Delivery => ({
          ...one,
          entries: one.entries.filter(({ seq }) => seq !== missed),
        }),
      );
      expect(violated({ ...failedOver, deliveries })).toEqual(['I6']);
    }
  });
});
