import type { HistoryEntry } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { checkHistory } from './check-history.ts';
import type { ChangeAttempt, Delivery, RunHistory, Send } from './history.ts';
import { entryAt, logOf, messageAt } from './sound-run.ts';
import { withoutAnnouncedLoss } from './without-announced-loss.ts';

const groupId = 'club';
const [first, second] = ['00000000000000aa', '00000000000000bb'];
const of = (epoch: string, entry: HistoryEntry) =>
  entryAt(entry.seq, {
    ...entry,
    epoch,
    ...('from_user_id' in entry ? { message_id: `${epoch}-${entry.seq}` } : {}),
  });

const created = entryAt(1, { type: 'created', user_id: 'ann', roles: ['admin'] });
const kept = [created, messageAt(2, 'ann', 'kept')];
/** Of the first epoch; the second one has other entries in their places. */
const lost = [messageAt(3, 'ann', 'lost'), takeDownAt(4, 2)];
const later = [of(second, messageAt(3, 'ann', 'third')), of(second, messageAt(4, 'ann', 'fourth'))];
function takeDownAt(seq: number, target: number): HistoryEntry {
  const fields = { type: 'deleted', target_seq: target, message_id: `${first}-${target}`, actor_id: 'ann' };
  return entryAt(seq, fields);
}

const sendOf = (entry: HistoryEntry): Send => {
  const { epoch, seq } = entry;
  const message = String(Object(entry).message);
  const answer = { type: 'ack', epoch, seq, messageId: `${epoch}-${seq}` } as const;
  return { groupId, userId: 'ann', requestId: `id of ${message}`, message, answer };
};
const takeDown: ChangeAttempt = {
  ...{ groupId, userId: 'ann', requestId: 'take down', operation: 'take_down', targetSeq: 2 },
  answer: { type: 'ack', epoch: first, seq: 4 },
};
const delivered = (resyncs: readonly number[]): Delivery => ({
  ...{ device: 'phone', userId: 'ann', groupId, presence: 'throughout', resyncs },
  entries: [...kept, ...lost, ...later],
});
const run = (fields: Partial<RunHistory> = {}): RunHistory => ({
  logs: [logOf([...kept, ...later], { groupType: 'public' })],
  sends: [...kept.slice(1), lost[0], ...later].flatMap((entry) => (entry ? [sendOf(entry)] : [])),
  changes: [takeDown],
  readings: [{ groupId, entries: [...kept, ...later] }],
  deliveries: [delivered([4])],
  ...fields,
});
const violated = (history: RunHistory) => [
  ...new Set(checkHistory(withoutAnnouncedLoss(history)).map(({ invariant }) => invariant)),
];

test('what a failover has lost is no violation if each device that had it got a resync', () => {
  expect(checkHistory(run()).map(({ invariant }) => invariant)).toContain('I1');
  expect(violated(run())).toEqual([]);
});

test('a device that keeps it without a resync is a violation', () => {
  expect(violated(run({ deliveries: [delivered([])] }))).toContain('I14');
});

test('what the present epoch has lost is a violation', () => {
  const ghost = of(second, messageAt(5, 'ann', 'ghost'));
  expect(violated(run({ sends: [...run().sends, sendOf(ghost)] }))).toEqual(['I1']);
  const change = { ...takeDown, answer: { type: 'ack', epoch: second, seq: 6 } } as const;
  expect(violated(run({ changes: [change] }))).toEqual(['I1', 'I18']);
});

test('a take-down that is in the log counts, also of an earlier epoch', () => {
  const logged = [...kept, takeDownAt(3, 2), of(second, messageAt(4, 'ann', 'fourth'))];
  const acked = { ...takeDown, answer: { type: 'ack', epoch: first, seq: 3 } } as const;
  const history = run({
    logs: [logOf(logged, { groupType: 'public' })],
    sends: [...kept.slice(1), ...logged.slice(3)].map(sendOf),
    changes: [acked],
    readings: [{ groupId, entries: logged }],
    deliveries: [],
  });
  expect(violated(history)).toEqual(['I18']);
});
