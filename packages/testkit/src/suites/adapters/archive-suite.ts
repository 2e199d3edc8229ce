/** Tests what every archive guarantees, whatever stores its entries. */
import type { Archive, ArchiveEntry } from '@plenum/core';
import { describe, expect, test } from 'vitest';
import { sampleEvent, sampleMessage, sampleMessages } from '../../adapters/sample-entries.ts';
import { type Ailing, gone, impatient, patient } from './adapter-harness.ts';

export interface ArchiveHarness extends AsyncDisposable, Ailing {
  readonly archive: Archive;
  /** An entry with this seq that the archive never takes. */
  poison(seq: number): ArchiveEntry;
  /** The seqs of its entries, ascending, with duplicates. */
  seqs(): Promise<readonly number[]>;
}
export type MakeArchive = () => Promise<ArchiveHarness>;

/** @param makeArchive makes an empty one. */
export function describeArchive(name: string, makeArchive: MakeArchive): void {
  describe(`${name}: archive`, () => {
    savingSuite(makeArchive);
    refusingSuite(makeArchive);
    ailingSuite(makeArchive);
  });
}

function savingSuite(makeArchive: MakeArchive): void {
  test('a batch of messages and events is saved whole', async () => {
    await using harness = await makeArchive();
    const batch = [sampleMessage({ seq: 1 }), sampleEvent(2), sampleMessage({ seq: 3 })];
    expect(await harness.archive.save(batch, patient())).toBeUndefined();
    expect(await harness.seqs()).toEqual([1, 2, 3]);
  });

  test('an empty batch is saved', async () => {
    await using harness = await makeArchive();
    expect(await harness.archive.save([], patient())).toBeUndefined();
    expect(await harness.seqs()).toEqual([]);
  });

  test('copies are ignored: in a batch of their own, among new entries, and within one batch', async () => {
    await using harness = await makeArchive();
    const batch = sampleMessages(1, 3);
    await harness.archive.save(batch, patient());
    expect(await harness.archive.save(batch, patient())).toBeUndefined();
    const fourth = sampleMessage({ seq: 4 });
    expect(await harness.archive.save([...batch, fourth, fourth], patient())).toBeUndefined();
    expect(await harness.seqs()).toEqual([1, 2, 3, 4]);
  });

  test('the same batch from two nodes at once is saved once', async () => {
    await using harness = await makeArchive();
    const batch = sampleMessages(1, 50);
    await Promise.all([harness.archive.save(batch, patient()), harness.archive.save(batch, patient())]);
    expect(await harness.seqs()).toEqual(batch.map(({ seq }) => seq));
  });
}

function refusingSuite(makeArchive: MakeArchive): void {
  const refusedIds = (outcome: Awaited<ReturnType<Archive['save']>>) =>
    outcome?.refused.map(({ message_id }) => message_id);

  test.each([
    ['first', 1],
    ['last', 9],
    ['middle', 5],
  ])('when the %s entry cannot be kept it is named, and the rest is saved', async (_, seq) => {
    await using harness = await makeArchive();
    const poison = harness.poison(seq);
    const batch = sampleMessages(1, 9).map((entry) => (entry.seq === seq ? poison : entry));
    const outcome = await harness.archive.save(batch, patient());
    expect(refusedIds(outcome)).toEqual([poison.message_id]);
    expect(outcome?.refused[0]?.reason).toMatch(/\S/);
    expect(await harness.seqs()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].filter((other) => other !== seq));
  });

  test('several entries that cannot be kept are all named', async () => {
    await using harness = await makeArchive();
    const batch = [harness.poison(1), sampleMessage({ seq: 2 }), harness.poison(3)];
    const outcome = await harness.archive.save(batch, patient());
    expect(refusedIds(outcome)).toEqual([batch[0]?.message_id, batch[2]?.message_id]);
    expect(await harness.seqs()).toEqual([2]);
  });

  test('an entry that cannot be kept does not hinder the batches after it', async () => {
    await using harness = await makeArchive();
    await harness.archive.save([harness.poison(1)], patient());
    expect(await harness.archive.save(sampleMessages(2, 3), patient())).toBeUndefined();
    expect(await harness.seqs()).toEqual([2, 3]);
  });
}

function ailingSuite(makeArchive: MakeArchive): void {
  test.each(['throw', 'hang'] as const)(
    'a batch that meets the fault "%s" rejects, and is saved when it comes again',
    async (fault) => {
      await using harness = await makeArchive();
      await harness.archive.save(sampleMessages(1, 2), patient());
      await harness.ail(fault);
      const batch = sampleMessages(2, 4);
      await expect(harness.archive.save(batch, impatient())).rejects.toThrow();
      await harness.heal();
      expect(await harness.archive.save(batch, patient())).toBeUndefined();
      expect(await harness.seqs()).toEqual([1, 2, 3, 4]);
    },
  );

  test('many calls that hang are all ended, and hinder none after them', async () => {
    await using harness = await makeArchive();
    await harness.ail('hang');
    const calls = sampleMessages(1, 20).map((entry) => harness.archive.save([entry], impatient()));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'rejected'));
    await harness.heal();
    await harness.archive.save(sampleMessages(1, 20), patient());
    expect(await harness.seqs()).toHaveLength(20);
  });

  test('a caller that has given up already gets a rejection, and nothing is saved', async () => {
    await using harness = await makeArchive();
    await expect(harness.archive.save(sampleMessages(1, 1), gone())).rejects.toThrow();
    expect(await harness.seqs()).toEqual([]);
  });
}
