import { describe, expect, test } from 'vitest';
import { entriesAreDelivered } from './adapters-served.ts';
import type { GivenCopy, GivenEntry, ServedAdapter } from './history.ts';
import { soundEntries, soundRun } from './sound-run.ts';

const entries: readonly GivenCopy[] = soundEntries.map((entry) => ({
  ...entry,
  message_id: `${entry.epoch}-${entry.seq}`,
}));
const taken = (entry: GivenCopy): GivenEntry => ({ entry, isTaken: true });
const refused = (entry: GivenCopy): GivenEntry => ({ entry, isTaken: false });
const given: readonly GivenEntry[] = entries.map(taken);
const at = (seq: number): readonly GivenCopy[] => entries.filter((entry) => entry.seq === seq);
/** The run in which the entry was refused when its turn came. */
const refusedAt = (seq: number): readonly GivenEntry[] =>
  given.map((one) => (one.entry.seq === seq ? { ...one, isTaken: false } : one));
const without = (seq: number): readonly GivenEntry[] => given.filter(({ entry }) => entry.seq !== seq);

const archive: ServedAdapter = {
  kind: 'archive',
  wants: () => true,
  given,
  deadLetters: [],
  copiesMax: () => 2,
};
const saidOf = (changes: Partial<ServedAdapter>) =>
  entriesAreDelivered({ ...soundRun, served: [{ ...archive, ...changes }] }).map(({ what }) => what);

describe('a run is sound', () => {
  test.each<[string, Partial<ServedAdapter>]>([
    ['in which everything was archived', {}],
    ['in which the end was taken twice', { given: [...given, ...given.slice(8)] }],
    [
      'in which a dead letter was refused again and again',
      {
        given: [...refusedAt(4), ...at(4).map(refused), ...at(4).map(refused)],
        deadLetters: at(4),
      },
    ],
    ['in which a dead letter was never given to the adapter', { given: without(4), deadLetters: at(4) }],
    [
      'in which an entry was refused and then taken, behind later ones',
      {
        given: [...refusedAt(4), ...at(4).map(taken)],
      },
    ],
    [
      'in which the adapter got what it wants',
      {
        wants: ({ type }) => type === 'message',
        given: given.filter(({ entry }) => entry.type === 'message'),
      },
    ],
  ])('%s', (_, changes) => {
    expect(saidOf(changes)).toEqual([]);
  });
});

const swapped = [...given.slice(0, 5), ...given.slice(5, 7).toReversed(), ...given.slice(7)];
const withText = (seq: number, message: string) => at(seq).map((entry) => ({ ...entry, message }));

describe('a run is flagged', () => {
  test.each<[string, Partial<ServedAdapter>, RegExp]>([
    ['for an entry that was never delivered', { given: without(4) }, /^archive: seq 4 .* was not delivered$/],
    [
      'for an entry that was given, refused, and not buried',
      {
        given: refusedAt(4),
      },
      /^archive: seq 4 .* was not delivered$/,
    ],
    [
      'for an entry that is in the archive and a dead letter',
      { deadLetters: at(4) },
      /4 .* is a dead letter$/,
    ],
    [
      'for an entry that is two dead letters',
      {
        given: without(4),
        deadLetters: [...at(4), ...at(4)],
      },
      /4 .* is 2 dead letters$/,
    ],
    [
      'for more copies than are allowed',
      {
        given: [...given, ...at(4).map(taken), ...at(4).map(taken)],
      },
      /4 .* was taken 3 times, and 2 are allowed$/,
    ],
    ['for first copies that changed places', { given: swapped }, /7 .* came before seq 6 /],
    [
      'for another payload',
      { given: [...without(12), ...withText(12, 'other').map(taken)] },
      /12 .* another payload/,
    ],
    [
      'for another payload of a second copy',
      {
        given: [...given, ...withText(4, 'other').map(taken)],
      },
      /4 .* another payload/,
    ],
    [
      'for another payload of a dead letter',
      {
        given: without(4),
        deadLetters: withText(4, 'other'),
      },
      /4 .* another payload/,
    ],
    [
      'for another id',
      {
        given: [...without(12), ...at(12).map((entry) => taken({ ...entry, message_id: 'another' }))],
      },
      /12 .* has the id another$/,
    ],
    [
      'for another id of a dead letter',
      {
        given: without(4),
        deadLetters: at(4).map((entry) => ({ ...entry, message_id: 'another' })),
      },
      /4 .* has the id another$/,
    ],
    [
      'for an entry that is not in the log',
      {
        given: [...given, ...at(12).map((entry) => taken({ ...entry, seq: 13 }))],
      },
      /13 .* is in no log$/,
    ],
    ['for an entry that the adapter did not want', { wants: ({ seq }) => seq !== 1 }, /1 .* is not wanted$/],
  ])('%s', (_, changes, sentence) => {
    expect(saidOf(changes)).toEqual([expect.stringMatching(sentence)]);
  });
});
