import type { HistoryEntry } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { checkHistory, stateOf } from './check-history.ts';
import type { Delivery, EpochLog, Harm, Invariant, RunHistory, Send } from './history.ts';
import { entryAt, logOf, messageAt, soundEntries, soundRun } from './sound-run.ts';

/** Which invariants a run violates. */
const violated = (run: RunHistory): Invariant[] => [
  ...new Set(checkHistory(run).map(({ invariant }) => invariant)),
];

const withEntries = (entries: readonly HistoryEntry[]): RunHistory => ({
  ...soundRun,
  logs: [logOf(entries)],
  deliveries: [],
});
const withDelivery = (
  userId: string,
  spoil: (entries: readonly HistoryEntry[]) => HistoryEntry[],
): RunHistory => ({
  ...soundRun,
  deliveries: soundRun.deliveries.map(
    (delivery): Delivery =>
      delivery.userId === userId ? { ...delivery, entries: spoil(delivery.entries) } : delivery,
  ),
});
const placed = (entry: HistoryEntry, seq: number): HistoryEntry => ({ ...entry, seq });
const replaced = (seq: number, entry: HistoryEntry) =>
  soundEntries.map((old) => (old.seq === seq ? entry : old));

test('a sound run violates nothing', () => {
  expect(checkHistory(soundRun)).toEqual([]);
});

test('the log folds to the state that the group has to show', () => {
  const member = { status: 'active', roles: ['member'] };
  expect(stateOf(logOf(soundEntries))).toEqual({
    epoch: '00000000000000aa',
    seq: 12,
    counts: { active: 2, pending: 0, muted: 0, admins: 1 },
    members: { owner: { status: 'active', roles: ['admin'] }, ann: member },
  });
});

describe('a log is flagged', () => {
  test('when an acked message was dropped from its end', () => {
    expect(violated(withEntries(soundEntries.slice(0, 11)))).toEqual(['I1']);
  });
  test('when a message was dropped from its middle', () => {
    const rest = soundEntries.filter(({ seq }) => seq !== 6);
    expect(violated(withEntries(rest))).toEqual(['I1', 'I4']);
  });
  test('when a message was stored twice', () => {
    const again = messageAt(13, 'owner', 'fourth');
    expect(violated(withEntries([...soundEntries, again]))).toEqual(['I3']);
  });
  test('when two entries changed places', () => {
    const swapped = [...soundEntries.slice(0, 10), ...soundEntries.slice(10).toReversed()];
    expect(violated(withEntries(swapped))).toEqual(['I4']);
  });
  test('when a seq was used twice', () => {
    const twice = [...soundEntries, placed(messageAt(13, 'owner', 'lost'), 12)];
    expect(violated(withEntries(twice))).toEqual(expect.arrayContaining(['I3', 'I4']));
  });
  test('when it contains a refused message', () => {
    expect(violated(withEntries([...soundEntries, messageAt(13, 'ann', 'muted words')]))).toEqual(['I2']);
  });
  test('when it contains a message that was never sent', () => {
    expect(violated(withEntries([...soundEntries, messageAt(13, 'ann', 'phantom')]))).toEqual(['I2']);
  });
  test('when it holds another text than was sent', () => {
    const other = { ...messageAt(4, 'ann', 'first'), message: 'other' };
    expect(violated(withEntries(replaced(4, other)))).toEqual(['I1']);
  });
  test('not when it contains a send of unknown outcome', () => {
    expect(violated(withEntries([...soundEntries, messageAt(13, 'owner', 'lost')]))).toEqual([]);
  });
});

describe('an entry that changed many members', () => {
  const many = (members: object[], fields: object = {}) =>
    entryAt(13, { type: 'members_changed', user_id: '$service', members, ...fields });
  const violatedBy = (entry: HistoryEntry, groupType: EpochLog['groupType'] = 'strict_private') =>
    violated({
      ...withEntries([...soundEntries, entry]),
      logs: [logOf([...soundEntries, entry], { groupType })],
    });
  const cyd = { user_id: 'cyd', status: 'active', roles: ['member'] };

  test('is sound when each of its users may be added or removed', () => {
    const muted = { user_id: 'dan', status: 'muted', roles: ['member'] };
    expect(violatedBy(many([cyd, muted, { user_id: 'ann', status: 'none' }]))).toEqual([]);
  });
  test('begins and ends what its users must receive', () => {
    const entries = [...soundEntries, many([cyd]), messageAt(14, 'owner', 'lost')];
    const delivery = { device: 'phone', userId: 'cyd', groupId: 'club', presence: 'throughout' } as const;
    const withGot = (got: readonly HistoryEntry[]) =>
      violated({ ...withEntries(entries), deliveries: [{ ...delivery, entries: got }] });
    expect(withGot(entries.slice(12))).toEqual([]);
    expect(withGot(entries.slice(12, 13))).toEqual(['I6']);
    expect(withGot(entries.slice(11))).toEqual(['I7']);
  });
  test.each<[string, HistoryEntry]>([
    ['a user did it', many([cyd], { user_id: 'owner' })],
    ['it adds a member', many([{ ...cyd, user_id: 'ann' }])],
    ['it removes a stranger', many([{ user_id: 'cyd', status: 'none' }])],
    ['it removes the last admin', many([{ user_id: 'owner', status: 'none' }])],
    ['it names a user twice', many([cyd, { user_id: 'cyd', status: 'none' }])],
    ['it names nothing', many([])],
    ['it names 101 users', many(Array.from({ length: 101 }, (_, i) => ({ ...cyd, user_id: `u${i}` })))],
  ])('is flagged when %s', (_, entry) => {
    expect(violatedBy(entry)).toEqual(['I9']);
  });
});

test.each<[Harm, RunHistory]>([
  ['lost', withDelivery('ann', (all) => all.toSpliced(3, 1))],
  ['duplicated', withDelivery('ann', (all) => all.toSpliced(3, 0, ...all.slice(3, 4)))],
  [
    'reordered',
    withDelivery('ann', (all) => [...all.slice(0, 3), ...all.slice(3, 5).toReversed(), ...all.slice(5)]),
  ],
  ['conflicting', withDelivery('ann', (all) => all.with(1, messageAt(4, 'ann', 'third')))],
  ['forbidden', withDelivery('bob', (all) => [...all, messageAt(12, 'owner', 'fourth')])],
])('one fault at one device is %s, and nothing else', (harm, run) => {
  expect(checkHistory(run).map((violation) => violation.harm)).toEqual([harm]);
});

test('two acks of one request that differ are flagged', () => {
  const [first] = soundRun.sends;
  if (first?.answer.type !== 'ack') throw new Error('the first send was acked');
  const again: Send = { ...first, answer: { ...first.answer, seq: 8 } };
  expect(violated({ ...soundRun, sends: [...soundRun.sends, again] })).toEqual(['I1', 'I3', 'I5']);
});

describe('a device is flagged', () => {
  test.each<[string, string, (entries: readonly HistoryEntry[]) => HistoryEntry[], Invariant[]]>([
    ['that misses an entry', 'ann', (all) => all.filter(({ seq }) => seq !== 6), ['I6']],
    ['that misses the last entry', 'ann', (all) => all.slice(0, -1), ['I6']],
    ['that misses the entry which made its user a member', 'ann', (all) => all.slice(1), ['I6']],
    [
      'that gets an entry twice',
      'ann',
      (all) => all.flatMap((entry) => (entry.seq === 6 ? [entry, entry] : [entry])),
      ['I6'],
    ],
    ['that gets entries out of order', 'ann', (all) => all.toReversed(), ['I6']],
    [
      'that gets what came after its kick',
      'bob',
      (all) => [...all, messageAt(12, 'owner', 'fourth')],
      ['I7'],
    ],
    [
      'that gets what came before it was accepted',
      'bob',
      (all) => [entryAt(9, { type: 'requested', user_id: 'bob' }), ...all],
      ['I7'],
    ],
    [
      'that gets a message that was never sent',
      'ann',
      (all) => [...all, messageAt(13, 'owner', 'phantom')],
      ['I2', 'I3'],
    ],
    [
      'that gets another text than is stored',
      'ann',
      (all) => all.map((entry) => (entry.seq === 4 ? messageAt(4, 'ann', 'lost') : entry)),
      ['I2', 'I3'],
    ],
  ])('%s', (_, userId, spoil, expected) => {
    expect(violated(withDelivery(userId, spoil))).toEqual(expect.arrayContaining(expected));
  });

  /** Ann's device was there as `presence` says and got what `isGot` says. */
  const annGot = (presence: Delivery['presence'], isGot: (entry: HistoryEntry) => boolean): RunHistory => {
    const run = withDelivery('ann', (all) => all.filter(isGot));
    const isAnns = ({ userId }: Delivery) => userId === 'ann';
    return { ...run, deliveries: run.deliveries.map((one) => (isAnns(one) ? { ...one, presence } : one)) };
  };
  test('not for a gap at either end of the time that it was there', () => {
    expect(checkHistory(annGot('partly', ({ seq }) => seq === 5 || seq === 6))).toEqual([]);
    expect(checkHistory(annGot('partly', () => false))).toEqual([]);
  });
  test('for a gap in the middle of the time that it was there', () => {
    expect(violated(annGot('partly', ({ seq }) => seq === 5 || seq === 7))).toEqual(['I6']);
  });
  test('for a gap without a resync, and not for one with it', () => {
    const run = annGot('throughout', ({ seq }) => seq !== 6);
    const withResyncAt = (had: number): RunHistory => ({
      ...run,
      deliveries: run.deliveries.map((one) => (one.userId === 'ann' ? { ...one, resyncs: [had] } : one)),
    });
    expect(checkHistory(withResyncAt(3))).toEqual([]);
    expect(violated(withResyncAt(2))).toEqual(['I6']);
  });
  test('for a gap at a resync if it fills such gaps, and not once it is filled', () => {
    const refilled = (entries: readonly HistoryEntry[]): RunHistory => ({
      ...soundRun,
      deliveries: soundRun.deliveries.map((one): Delivery => {
        return one.userId === 'ann' ? { ...one, entries, resyncs: [3], isRefilled: true } : one;
      }),
    });
    const all = soundEntries.slice(2);
    const lost = { invariant: 'I6', harm: 'lost', what: expect.stringMatching(/ misses seq 6 /) };
    expect(checkHistory(refilled(all.toSpliced(3, 1)))).toEqual([expect.objectContaining(lost)]);
    expect(checkHistory(refilled(all))).toEqual([]);
    expect(checkHistory(refilled([...all.slice(0, 3), ...all]))).toEqual([]);
  });
  test('that was never attached to a membership that lasts', () => {
    expect(violated(annGot('unasked', () => false))).toEqual(['I6']);
  });
  test('not when the membership was over before it could be attached', () => {
    const run = withDelivery('bob', () => []);
    const deliveries = run.deliveries.map((one): Delivery => ({ ...one, presence: 'unasked' }));
    expect(checkHistory({ ...run, deliveries })).toEqual([]);
  });
});

test.each([
  [6, 'ann', 'muted'],
  [12, 'bob', 'gone'],
  [2, 'ann', 'a stranger'],
])('a message at %i of %s, who was %s then, is flagged', (seq, sender) => {
  const run = withEntries(replaced(seq, messageAt(seq, sender, 'phantom')));
  expect(violated(run)).toEqual(expect.arrayContaining(['I8']));
});

const created = entryAt(1, { type: 'created', user_id: 'owner', roles: ['admin'] });
const at2 = (type: string, user_id: string, fields: object = {}) => entryAt(2, { type, user_id, ...fields });
const byService = { actor_id: '$service' };
/** Violations of a log that begins with `created` by owner. */
const judged = (entries: readonly HistoryEntry[], fields: Partial<EpochLog> = {}) =>
  violated({ logs: [logOf([created, ...entries], fields)], sends: [], deliveries: [] });

describe('an entry that the rules forbid is flagged', () => {
  test.each([
    ['a second create', at2('created', 'ann')],
    ['a join of a strict group', at2('joined', 'ann')],
    ['a join of one who is in it', at2('joined', 'owner', byService)],
    ['an acceptance of an outsider', at2('accepted', 'ann', { actor_id: 'owner' })],
    ['a rejection of an outsider', at2('rejected', 'ann', { actor_id: 'owner' })],
    ['the end of a membership that was none', at2('left', 'ann')],
    ['a kick of an outsider', at2('kicked', 'ann', { actor_id: 'owner' })],
    ['a kick of the last admin', at2('kicked', 'owner', byService)],
    ['a ban of the last admin', at2('banned', 'owner', byService)],
    ['a ban by a stranger', at2('banned', 'bob', { actor_id: 'ann' })],
    ['the end of a ban that was none', at2('unbanned', 'ann', { actor_id: 'owner' })],
    ['the mute of an admin', at2('muted', 'owner', byService)],
    ['the end of a mute that was none', at2('unmuted', 'owner', byService)],
    ['the promotion of an admin', at2('promoted', 'owner', byService)],
    ['the demotion of the last admin', at2('demoted', 'owner', byService)],
    ['an update by a stranger', at2('updated', 'ann')],
    ['an end by a stranger', at2('deleted', 'ann')],
    ['no successor of the last admin', at2('left', 'owner')],
  ])('%s', (_, entry) => {
    expect(judged([entry])).toEqual(['I9']);
  });

  test('a request in a public group', () => {
    expect(judged([at2('requested', 'ann')], { groupType: 'public' })).toEqual(['I9']);
  });
  test('a mute in a private group', () => {
    const admitted = at2('joined', 'ann', byService);
    const muted = entryAt(3, { type: 'muted', user_id: 'ann', actor_id: 'owner' });
    expect(judged([admitted, muted], { groupType: 'private' })).toEqual(['I9']);
  });
  test('a join of a full group', () => {
    expect(judged([at2('joined', 'ann', byService)], { maxMembers: 1 })).toEqual(['I9']);
  });
  test('a join of one who is banned, and not of one whose ban is over', () => {
    const banned = (until: object) => at2('banned', 'ann', { actor_id: 'owner', ...until });
    const join = entryAt(3, { type: 'joined', user_id: 'ann', ...byService });
    expect(judged([banned({}), join])).toEqual(['I9']);
    expect(judged([banned({ banned_until: join.timestamp }), join])).toEqual([]);
  });
  test('a second admin who left without being missed is none', () => {
    const admitted = at2('joined', 'ann', byService);
    const promoted = entryAt(3, { type: 'promoted', user_id: 'ann', ...byService, roles: ['admin'] });
    const left = entryAt(4, { type: 'left', user_id: 'owner' });
    expect(judged([admitted, promoted, left])).toEqual([]);
  });
  test('a successor who did not stand longest', () => {
    const join = (seq: number, user_id: string) => entryAt(seq, { type: 'joined', user_id, ...byService });
    const left = entryAt(4, { type: 'left', user_id: 'owner' });
    const promoted = (user_id: string) =>
      entryAt(5, { type: 'promoted', user_id, ...byService, roles: ['admin'] });
    const before = [join(2, 'ann'), join(3, 'bob'), left];
    expect(judged([...before, promoted('bob')])).toEqual(['I9']);
    expect(judged([...before, promoted('ann')])).toEqual([]);
  });
  test('anything after the end', () => {
    const ended = at2('deleted', 'owner');
    expect(judged([ended])).toEqual([]);
    expect(judged([ended, entryAt(3, { type: 'requested', user_id: 'ann' })])).toEqual(['I9']);
  });
});
