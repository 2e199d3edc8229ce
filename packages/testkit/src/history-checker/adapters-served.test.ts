import type { ArchiveEntry } from '@plenum/core';
import { expect, test } from 'vitest';
import { commitsAreEntitled, entriesAreDelivered } from './adapters-served.ts';
import type { LeaseEvent, RunHistory, ServedAdapter } from './history.ts';
import { soundEntries, soundRun } from './sound-run.ts';

const given: readonly ArchiveEntry[] = soundEntries.map((entry) => ({
  ...entry,
  message_id: `${entry.epoch}-${entry.seq}`,
}));
const archive: ServedAdapter = { wants: () => true, given, deadLetters: [], copiesMax: 2 };
const served = (changes: Partial<ServedAdapter>): RunHistory => ({
  ...soundRun,
  served: [{ ...archive, ...changes }],
});
const saidOf = (history: RunHistory) => entriesAreDelivered(history).map(({ what }) => what);

test('a run in which everything was archived is sound', () => {
  expect(saidOf(served({}))).toEqual([]);
});

test('an entry that nobody was given is found, unless it is a dead letter', () => {
  const most = given.filter(({ seq }) => seq !== 4);
  expect(saidOf(served({ given: most }))).toEqual([expect.stringMatching(/^4 .* was not delivered$/)]);
  expect(saidOf(served({ given: most, deadLetters: ['00000000000000aa-4'] }))).toEqual([]);
});

test('entries that the adapter does not want are not asked for', () => {
  const messages = given.filter(({ type }) => type === 'message');
  expect(saidOf(served({ given: messages, wants: ({ type }) => type === 'message' }))).toEqual([]);
});

test('copies are found above their bound, and once', () => {
  const first = given.slice(0, 1);
  expect(saidOf(served({ given: [...given, ...first] }))).toEqual([]);
  expect(saidOf(served({ given: [...given, ...first, ...first, ...first] }))).toHaveLength(1);
});

test('a copy under another id is found', () => {
  const copies = given.slice(3, 4).map((entry) => ({ ...entry, message_id: 'another' }));
  expect(saidOf(served({ given: [...given, ...copies] }))).toEqual([expect.stringContaining('two ids')]);
});

const event = (what: LeaseEvent['what'], token: number, partition = 1): LeaseEvent => ({
  what,
  partition,
  token,
});

test.each([
  ['commits of the present owner', [event('granted', 5), event('committed', 5)], 0],
  ['the old token of another partition', [event('granted', 5), event('committed', 3, 2)], 0],
  ['a commit of a zombie', [event('granted', 5), event('granted', 6), event('committed', 5)], 1],
  ['a token that was given out before', [event('granted', 6), event('granted', 5)], 1],
])('of %s so many are found', (_, leases, found) => {
  expect(commitsAreEntitled({ ...soundRun, leases })).toHaveLength(found);
});
