import {
  type GroupEvent,
  groupIdSchema,
  type ResyncPush,
  type Subscription,
  userIdSchema,
} from '@plenum/protocol';
import { expect, test } from 'vitest';
import type { Effect, Page } from './effects.ts';
import type { Entry } from './entry.ts';
import { GroupSequence } from './group-sequence.ts';

const group_id = groupIdSchema.parse('g');
const entry = (seq: number, epoch = 'a', type: GroupEvent['type'] = 'updated'): Entry => ({
  group_id,
  type,
  user_id: userIdSchema.parse('u'),
  epoch,
  seq,
  timestamp: '2025-01-15T10:30:00.000Z',
});
const attached = (from_seq: number, rest: Partial<Subscription> = {}): Subscription => ({
  group_id,
  recovered: false,
  epoch: 'a',
  head_seq: from_seq - 1,
  from_seq,
  ...rest,
});
const resync = (reason: ResyncPush['reason'], head_seq: number, epoch: string | null = 'a'): ResyncPush => ({
  group_id,
  reason,
  epoch,
  head_seq,
  oldest_seq: 1,
});
const page = (seqs: readonly number[], rest: Partial<Page> = {}): Page => ({
  entries: seqs.map((seq) => entry(seq, rest.epoch)),
  epoch: 'a',
  head_seq: seqs.at(-1) ?? 0,
  oldest_seq: 1,
  ...rest,
});

/** Effects in short: `5` is shown, `read after 5`, `verify`, … */
const brief = (effects: readonly Effect[]): string[] =>
  effects.map((effect) => {
    if (effect.do === 'show') return `${effect.entry.seq}`;
    if (effect.do === 'read') {
      return effect.page.after === undefined
        ? `read before ${effect.page.before}`
        : `read after ${effect.page.after}`;
    }
    if (effect.do === 'tell recovered')
      return `recovered ${effect.notice.from_seq}..${effect.notice.head_seq}`;
    if (effect.do !== 'tell resync') return effect.do;
    const { reason, from_seq, missing, revoked } = effect.notice;
    const range = (name: string, seqs: { from: number; to: number } | null) =>
      seqs === null ? '' : ` ${name} ${seqs.from}..${seqs.to}`;
    return `${reason} from ${from_seq}${range('missing', missing)}${range('revoked', revoked)}`;
  });
const ticketOf = (effects: readonly Effect[]): number => {
  const read = effects.findLast((effect) => effect.do === 'read');
  return read?.do === 'read' ? read.page.ticket : -1;
};
/** Live after seq `lastSeq`, of which it was shown the last three. */
function liveAt(lastSeq: number): GroupSequence {
  const sequence = new GroupSequence('g');
  sequence.onAttached(attached(lastSeq - 2));
  for (const seq of [lastSeq - 2, lastSeq - 1, lastSeq]) sequence.onEntry(entry(seq));
  return sequence;
}

test('entries in order are shown, doubles are dropped', () => {
  const sequence = liveAt(10);
  expect(brief(sequence.onEntry(entry(11)))).toEqual(['11']);
  expect(brief(sequence.onEntry(entry(11)))).toEqual([]);
  expect(brief(sequence.onEntry(entry(9)))).toEqual([]);
  expect(sequence.position).toEqual({ epoch: 'a', seq: 11 });
});

test('the first entry of a group that nothing was known of is where it begins', () => {
  const sequence = new GroupSequence('g');
  expect(brief(sequence.onEntry(entry(7)))).toEqual(['7']);
  expect(brief(sequence.onJoined({ epoch: 'a', seq: 7 }))).toEqual([]);
  expect(sequence.position).toEqual({ epoch: 'a', seq: 7 });
});

test.each([7, 8])('after a join answered with seq 7 the first entry may be %i', (seq) => {
  const sequence = new GroupSequence('g');
  sequence.onJoined({ epoch: 'a', seq: 7 });
  expect(brief(sequence.onEntry(entry(seq)))).toEqual([`${seq}`]);
});

test('a hole is read from the log, what came meanwhile follows', () => {
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

test('what the log holds beyond the entries that were sent is left to come live', () => {
  const sequence = liveAt(10);
  const effects = sequence.onEntry(entry(12));
  expect(brief(sequence.onPage(ticketOf(effects), page([11, 12, 13, 14])))).toEqual([
    '11',
    'recovered 11..11',
    '12',
  ]);
});

test.each([
  ['of another epoch', { epoch: 'b', head_seq: 10 }],
  ['that ends before the position', { head_seq: 9 }],
])('an attach to a log %s is verified', (_, rest) => {
  expect(brief(liveAt(10).onAttached(attached(10, rest)))).toEqual(['verify']);
});

test('a hole whose entries are gone is told', () => {
  const sequence = liveAt(10);
  const effects = sequence.onEntry(entry(15));
  expect(brief(sequence.onPage(ticketOf(effects), page([14, 15], { oldest_seq: 14 })))).toEqual([
    'too_old from 14 missing 11..13',
    '14',
    'recovered 14..14',
    '15',
  ]);
});

test('more than can be held is read again instead', () => {
  const sequence = liveAt(10);
  const effects = sequence.onEntry(entry(12));
  for (let seq = 13; seq <= 1100; seq += 1) sequence.onEntry(entry(seq));
  const after = sequence.onPage(ticketOf(effects), page([11]));
  expect(brief(after).slice(-1)).toEqual(['read after 1011']);
});

test('a position that continues is recovered when the head of that time is reached', () => {
  const sequence = liveAt(10);
  sequence.detach();
  sequence.asking('claimed');
  expect(brief(sequence.onEntry(entry(11)))).toEqual([]);
  expect(brief(sequence.onAttached(attached(11, { recovered: true, head_seq: 12 })))).toEqual([]);
  expect(brief(sequence.onEntry(entry(11)))).toEqual(['11']);
  expect(brief(sequence.onEntry(entry(12)))).toEqual(['12', 'recovered 11..12']);
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

test('after a rollback the application is told what it has to forget, and is shown what took its place', () => {
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

test('a position ends with the deletion of its group, and whatever comes then begins anew', () => {
  const sequence = liveAt(10);
  expect(brief(sequence.onEntry(entry(11, 'a', 'deleted')))).toEqual(['11']);
  expect(sequence.position).toBeNull();
  sequence.onMembership(true);
  expect(brief(sequence.onEntry(entry(3, 'b', 'joined')))).toEqual(['3']);
  expect(brief(sequence.onEntry(entry(4, 'b')))).toEqual(['4']);
  expect(brief(sequence.onJoined({ epoch: 'b', seq: 3 }))).toEqual([]);
  expect(sequence.position).toEqual({ epoch: 'b', seq: 4 });
});

test('a group that was made anew before its end was shown begins anew, and that is told', () => {
  const sequence = liveAt(10);
  expect(brief(sequence.onEntry(entry(3, 'b', 'joined')))).toEqual([
    'epoch_changed from 3 revoked 8..10',
    '3',
  ]);
  expect(sequence.position).toEqual({ epoch: 'b', seq: 3 });
});

test('an epoch that goes on where the last one ended is shown without a question', () => {
  const sequence = liveAt(10);
  expect(brief(sequence.onEntry(entry(11, 'b')))).toEqual(['11']);
});

test.each([
  ['with a join', entry(11, 'b', 'joined')],
  ['after a hole', entry(12, 'b')],
])('the server is asked whether an epoch that begins %s goes on with the log', (_, first) => {
  expect(brief(liveAt(10).onEntry(first))).toEqual(['verify']);
});

test('an answer to a join in a log that nothing was shown of is verified', () => {
  expect(brief(liveAt(10).onJoined({ epoch: 'b', seq: 3 }))).toEqual(['verify']);
});

test('entries of a log that was made anew while a hole was filled are shown when it is filled', () => {
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

test('a refusal that may be older than what has come is not believed', () => {
  const sequence = liveAt(10);
  sequence.asking('verifying');
  sequence.onEntry(entry(3, 'b', 'joined'));
  expect(brief(sequence.onRefused())).toEqual(['verify']);
  sequence.asking('verifying');
  expect(brief(sequence.onRefused())).toEqual(['not_a_member from null']);
});

test('a group that was attached without regard to its position is verified, and silent until the answer', () => {
  const sequence = liveAt(10);
  sequence.detach();
  sequence.asking('claimed');
  expect(brief(sequence.onAttached(attached(21)))).toEqual(['verify']);
  expect(brief(sequence.onEntry(entry(21)))).toEqual([]);
  expect(brief(sequence.onAttached(attached(21)))).toEqual([]);
  expect(brief(sequence.onAttached(attached(11, { recovered: true, head_seq: 11 }), true))).toEqual([]);
  expect(brief(sequence.onEntry(entry(11)))).toEqual(['11', 'recovered 11..11']);
});

test('a log that ends before the entry that was sent is asked about', () => {
  const sequence = liveAt(10);
  const effects = sequence.onEntry(entry(13));
  expect(brief(sequence.onPage(ticketOf(effects), page([], { head_seq: 10 })))).toEqual(['verify']);
});

test('a page of another epoch is not put upon what was shown until the server has vouched for that', () => {
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

test.each(['entry first', 'push first'])(
  'a removed user has no position, %s; a later membership begins anew',
  (order) => {
    const sequence = liveAt(10);
    if (order === 'push first') sequence.onMembership(false);
    expect(brief(sequence.onEntry(entry(11, 'a', 'left')))).toEqual(['11']);
    if (order === 'entry first') sequence.onMembership(false);
    expect(sequence.position).toBeNull();
    sequence.onMembership(true);
    expect(brief(sequence.onEntry(entry(20, 'a', 'joined')))).toEqual(['20']);
    expect(sequence.position).toEqual({ epoch: 'a', seq: 20 });
  },
);

test('the removal of another member ends no position', () => {
  const sequence = liveAt(10);
  sequence.onEntry(entry(11, 'a', 'kicked'));
  expect(sequence.position).toEqual({ epoch: 'a', seq: 11 });
  expect(brief(sequence.onEntry(entry(13)))).toEqual(['read after 11']);
});

test('whoever is refused is told so once', () => {
  const sequence = liveAt(10);
  expect(brief(sequence.onResync(resync('not_a_member', 0, null)))).toEqual(['not_a_member from null']);
  expect(brief(sequence.onRefused())).toEqual([]);
  expect(sequence.phase).toBe('new');
});

test('a group that is off shows nothing, leaves by itself, and keeps its position', () => {
  const sequence = liveAt(10);
  sequence.turnOff(null);
  expect(brief(sequence.onEntry(entry(11)))).toEqual([]);
  sequence.detach();
  expect(brief(sequence.onAttached(attached(20)))).toEqual(['unsubscribe']);
  expect(sequence.position).toEqual({ epoch: 'a', seq: 10 });
});

test('a page that was asked for before the connection was lost is not used', () => {
  const sequence = liveAt(10);
  const ticket = ticketOf(sequence.onEntry(entry(13)));
  sequence.detach();
  expect(brief(sequence.onPage(ticket, page([11, 12])))).toEqual([]);
  expect(sequence.position).toEqual({ epoch: 'a', seq: 10 });
});
