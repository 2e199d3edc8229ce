import { expect, test } from 'vitest';
import { GroupView } from './group-view.ts';
import type { SeenEntry } from './history.ts';

const entry = (seq: number, epoch = 'e1'): SeenEntry => ({ epoch, seq, message: null });

function viewUpTo(seq: number): GroupView {
  const view = new GroupView('u', 'g');
  for (let i = 1; i <= seq; i += 1) view.live(entry(i));
  return view;
}

test('after a broken position pages are read up to where the server continues', () => {
  const view = viewUpTo(3);
  expect(view.restart({ epoch: 'e1', fromSeq: 8, why: 'too_far' })).toBe(3);
});

test('the position does not pass what is still being paged', () => {
  const view = viewUpTo(3);
  view.restart({ epoch: 'e1', fromSeq: 6, why: 'too_far' });
  view.live(entry(6));
  view.paged([entry(4)]);
  expect(view.position).toEqual({ epoch: 'e1', seq: 4 });
  view.paged([entry(5)]);
  view.release();
  expect(view.position).toEqual({ epoch: 'e1', seq: 6 });
});

test('what was held when the connection broke is forgotten, since it comes again', () => {
  const view = viewUpTo(3);
  view.restart({ epoch: 'e1', fromSeq: 6, why: 'too_far' });
  view.live(entry(6));
  view.disconnected();
  expect(view.position).toEqual({ epoch: 'e1', seq: 3 });
  expect(view.happenings.filter(({ kind }) => kind === 'entry')).toHaveLength(3);
});

test('a new epoch is read from before the position, since the end of the old one may be another', () => {
  const view = viewUpTo(3);
  expect(view.restart({ epoch: 'e2', fromSeq: 3, why: 'epoch_changed' })).toBe(0);
});

test('a restart that leaves nothing out needs no pages', () => {
  expect(viewUpTo(3).restart({ epoch: 'e1', fromSeq: 2, why: 'attached anew' })).toBeNull();
});
