import { expect, test } from 'vitest';
import { type LeaseEvent, type LeaseState, next, unheld } from './lease-state.ts';

const lease = { partition: 7, nodeId: 'n1', token: 5 };
const asking: LeaseState = { type: 'asking', isWanted: true };
const held: LeaseState = { type: 'held', lease, sureUntilMs: 5000 };
const handingOver: LeaseState = { type: 'handing_over', lease, sureUntilMs: 5000, releaseAtMs: 1000 };
const ending: LeaseState = { type: 'ending' };

const granted: LeaseEvent = { type: 'granted', lease, sureUntilMs: 5000, nowMs: 0 };
const unwanted: LeaseEvent = { type: 'unwanted', releaseAtMs: 1000 };
const lost: LeaseEvent = { type: 'lost', token: 5 };
const ended: LeaseEvent = { type: 'ended' };
const at = (nowMs: number): LeaseEvent => ({ type: 'time', nowMs });

const begin = { type: 'begin_works', lease };
const end = { type: 'end_works' };
const decline = { type: 'decline', lease };
const release = { type: 'release', lease };
const forget = { type: 'forget', lease };

test.each<[string, LeaseState, LeaseEvent, LeaseState, readonly object[]]>([
  ['a wanted partition is asked for', unheld, { type: 'wanted' }, asking, [{ type: 'ask' }]],
  ['it is asked for once', asking, { type: 'wanted' }, asking, []],
  ['what another node holds is asked for again later', asking, { type: 'refused' }, unheld, []],
  ['works begin under a lease', asking, granted, held, [begin]],
  ['a request for an unwanted lease runs to its end', asking, unwanted, { ...asking, isWanted: false }, []],
  ['and given back at once', { ...asking, isWanted: false }, granted, unheld, [decline]],
  ['a grant that came too late is given back', asking, { ...granted, nowMs: 5000 }, unheld, [decline]],
  ['a lease that stays wanted stays', held, { type: 'wanted' }, held, []],
  [
    'a renewal makes sure for longer',
    held,
    { type: 'renewed', token: 5, sureUntilMs: 7000 },
    { ...held, sureUntilMs: 7000 },
    [],
  ],
  [
    'an answer that was overtaken takes nothing back',
    held,
    { type: 'renewed', token: 5, sureUntilMs: 4000 },
    held,
    [],
  ],
  ['an answer about an earlier lease says nothing', held, { type: 'lost', token: 4 }, held, []],
  ['until its time is over a lease counts', held, at(4999), held, []],
  ['a node that cannot renew stops its works in time', held, at(5000), ending, [forget, end]],
  ['works stop when the lease is lost', held, lost, ending, [forget, end]],
  ['works come to their end before a lease is given away', held, unwanted, handingOver, [end]],
  ['then it is given away', handingOver, ended, unheld, [release]],
  [
    'a lease under which works end is renewed',
    handingOver,
    { type: 'renewed', token: 5, sureUntilMs: 7000 },
    { ...handingOver, sureUntilMs: 7000 },
    [],
  ],
  ['a work that does not end holds nothing up', handingOver, at(1000), ending, [release]],
  ['a lease that is lost meanwhile is not given away', handingOver, lost, ending, [forget]],
  ['nothing is asked for before the works have ended', ending, { type: 'wanted' }, ending, []],
  ['then it may be asked for again', ending, ended, unheld, []],
])('%s', (_, state, event, after, effects) => {
  expect(next(state, event)).toEqual([after, effects]);
});

test('an event that a state does not know changes nothing', () => {
  const events = [{ type: 'wanted' }, unwanted, granted, { type: 'refused' }, lost, at(9999), ended] as const;
  for (const event of events.slice(1)) expect(next(unheld, event)).toEqual([unheld, []]);
  for (const event of events.slice(0, -1)) expect(next(ending, event)).toEqual([ending, []]);
});
