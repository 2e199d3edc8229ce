import { type HistoryEntry, historyEntrySchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { GroupView } from './group-view.ts';

const [a, b] = ['00000000000000aa', '00000000000000bb'];

const entry = (seq: number, epoch = a): HistoryEntry =>
  historyEntrySchema.parse({
    group_id: 'g',
    epoch,
    seq,
    timestamp: '2026-01-01T00:00:00.000Z',
    type: seq === 1 ? 'created' : 'joined',
    user_id: `u${seq}`,
  });

function viewUpTo(seq: number): GroupView {
  const view = new GroupView('u1', 'g');
  view.entered({ epoch: a, seq: 1 });
  for (let i = 1; i <= seq; i += 1) view.live(entry(i));
  return view;
}
const seqsOf = (view: GroupView) => view.entries.map(({ seq }) => seq);

test('after a broken position pages are read up to where the server continues', () => {
  expect(viewUpTo(3).restart({ epoch: a, fromSeq: 8 })).toEqual({ after: 3, to: 7 });
});

test('the position does not pass what is still being paged', () => {
  const view = viewUpTo(3);
  view.restart({ epoch: a, fromSeq: 6 });
  view.live(entry(6));
  view.paged([entry(4)]);
  expect(view.position).toEqual({ epoch: a, seq: 4 });
  view.paged([entry(5)]);
  view.filled();
  expect(view.position).toEqual({ epoch: a, seq: 6 });
  expect(seqsOf(view)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('what was buffered when the connection broke is forgotten, since it comes again', () => {
  const view = viewUpTo(3);
  view.restart({ epoch: a, fromSeq: 6 });
  view.live(entry(6));
  view.disconnected();
  expect(view.position).toEqual({ epoch: a, seq: 3 });
  expect(seqsOf(view)).toEqual([1, 2, 3]);
});

test('a second restart ends the first fill and reads what was buffered', () => {
  const view = viewUpTo(3);
  const first = view.restart({ epoch: a, fromSeq: 6 });
  view.live(entry(6));
  const second = view.restart({ epoch: a, fromSeq: 9 });
  expect(second).toEqual({ after: 3, to: 8 });
  expect(first !== null && view.isFilling(first)).toBe(false);
  expect(second !== null && view.isFilling(second)).toBe(true);
});

test('a new epoch is read from before the position, since the end of the old one may be another', () => {
  expect(viewUpTo(3).restart({ epoch: b, fromSeq: 3 })).toEqual({ after: 0, to: 2 });
});

test('a restart that leaves nothing out needs no pages', () => {
  expect(viewUpTo(3).restart({ epoch: a, fromSeq: 2 })).toBeNull();
});

test('the answer to a position is recorded once, with the position that was claimed', () => {
  const view = viewUpTo(3);
  view.claim();
  view.live(entry(4));
  view.recovered();
  view.recovered();
  expect(view.resumptions).toEqual([{ device: 'u1', groupId: 'g', epoch: a, seq: 3, answer: 'recovered' }]);
});
