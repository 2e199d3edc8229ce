import { expect, test } from 'vitest';
import { attached, brief, entry, liveAt, page, resync, ticketOf } from '../../test/sequence-at-work.ts';

test('a gap is read from the log, and what arrived meanwhile follows', () => {
  const sequence = liveAt(10);
  const effects = sequence.onEntry(entry(13));
  expect(brief(effects)).toEqual(['read after 10']);
  expect(brief(sequence.onEntry(entry(14)))).toEqual([]);
  expect(brief(sequence.onPage(ticketOf(effects), page([11, 12, 13])))).toEqual([
    '11',
    '12',
    'recovered 11..12',
    '13',
    '14',
  ]);
});

test('entries beyond the ones that were sent come live, not from the page', () => {
  const sequence = liveAt(10);
  const effects = sequence.onEntry(entry(12));
  expect(brief(sequence.onPage(ticketOf(effects), page([11, 12, 13, 14])))).toEqual([
    '11',
    'recovered 11..11',
    '12',
  ]);
});

test('a gap whose entries no longer exist is reported', () => {
  const sequence = liveAt(10);
  const effects = sequence.onEntry(entry(15));
  expect(brief(sequence.onPage(ticketOf(effects), page([14, 15], { oldest_seq: 14 })))).toEqual([
    'too_old from 14 missing 11..13',
    '14',
    'recovered 14..14',
    '15',
  ]);
});

test('entries above the bound of the buffer are read again', () => {
  const sequence = liveAt(10);
  const effects = sequence.onEntry(entry(12));
  for (let seq = 13; seq <= 1100; seq += 1) sequence.onEntry(entry(seq));
  const after = sequence.onPage(ticketOf(effects), page([11]));
  expect(brief(after).slice(-1)).toEqual(['read after 1011']);
});

test.each(['too_far', 'too_old', 'membership'] as const)(
  'after %s the log is read up to the head',
  (reason) => {
    const sequence = liveAt(10);
    const effects = sequence.onResync(resync(reason, 13));
    expect(brief(effects)).toEqual(['read after 10']);
    expect(brief(sequence.onEntry(entry(14)))).toEqual([]);
    expect(brief(sequence.onPage(ticketOf(effects), page([11, 12, 13])))).toEqual([
      `${reason} from 11`,
      '11',
      '12',
      '13',
      'recovered 11..13',
      '14',
    ]);
  },
);

test('after a rollback the application learns what to forget, and is shown the new entries', () => {
  const sequence = liveAt(10);
  const effects = sequence.onResync(resync('epoch_changed', 11, 'b'));
  expect(brief(effects)).toEqual(['read before 11']);
  const found = sequence.onPage(
    ticketOf(effects),
    page([], { epoch: 'b', head_seq: 11, entries: [entry(8), entry(9, 'b'), entry(10, 'b')] }),
  );
  expect(brief(found)).toEqual(['epoch_changed from 9 revoked 9..10', 'read after 8']);
  const filled = sequence.onPage(ticketOf(found), page([9, 10, 11], { epoch: 'b' }));
  expect(brief(filled)).toEqual(['9', '10', '11', 'recovered 9..11']);
});

test('a log that is shorter than the position is a rollback too', () => {
  const sequence = liveAt(10);
  const effects = sequence.onResync(resync('ahead', 9));
  expect(brief(sequence.onPage(ticketOf(effects), page([8, 9])))).toEqual([
    'ahead from 10 revoked 10..10',
    'recovered 10..9',
  ]);
});

test('entries of a new log that arrive while a gap is filled are shown after it', () => {
  const sequence = liveAt(10);
  const effects = sequence.onEntry(entry(12));
  for (const later of [entry(13, 'a', 'deleted'), entry(2, 'b', 'joined'), entry(3, 'b')]) {
    expect(brief(sequence.onEntry(later))).toEqual([]);
  }
  expect(brief(sequence.onPage(ticketOf(effects), page([11])))).toEqual([
    '11',
    'recovered 11..11',
    '12',
    '13',
    '2',
    '3',
  ]);
});

test('a log that ends before an entry that was sent is verified', () => {
  const sequence = liveAt(10);
  const effects = sequence.onEntry(entry(13));
  expect(brief(sequence.onPage(ticketOf(effects), page([], { head_seq: 10 })))).toEqual(['verify']);
});

test('a page of another epoch is shown only when the server has vouched for it', () => {
  const sequence = liveAt(10);
  const effects = sequence.onEntry(entry(13));
  expect(brief(sequence.onPage(ticketOf(effects), page([11, 12, 13], { epoch: 'b' })))).toEqual(['verify']);
  const again = sequence.onAttached(attached(13, { epoch: 'b', reason: 'too_far' }), true);
  expect(brief(sequence.onPage(ticketOf(again), page([11, 12], { epoch: 'b' })))).toEqual([
    'too_far from 11',
    '11',
    '12',
    'recovered 11..12',
  ]);
});

test('a page that was requested before the connection was lost is not used', () => {
  const sequence = liveAt(10);
  const ticket = ticketOf(sequence.onEntry(entry(13)));
  sequence.detach();
  expect(brief(sequence.onPage(ticket, page([11, 12])))).toEqual([]);
  expect(sequence.position).toEqual({ epoch: 'a', seq: 10 });
});
