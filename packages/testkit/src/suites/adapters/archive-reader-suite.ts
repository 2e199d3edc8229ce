/** Tests what every readable archive guarantees. */
import type { Archive, ArchivePage, ArchiveReader } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { sampleEvent, sampleGroup, sampleMessage, sampleMessages } from '../../adapters/sample-entries.ts';
import { type Ailing, gone, impatient, patient } from './adapter-harness.ts';

export interface ReadableArchiveHarness extends AsyncDisposable, Ailing {
  readonly archive: Archive & ArchiveReader;
}
export type MakeReadableArchive = () => Promise<ReadableArchiveHarness>;

const epoch = sampleMessage({ seq: 1 }).epoch;
const whole: ArchivePage = {
  groupId: sampleGroup,
  stretches: [{ epoch, endSeq: 100 }],
  afterSeq: 0,
  beforeSeq: Number.MAX_SAFE_INTEGER,
  limit: 200,
  from: 'oldest',
  reader: null,
};

/** @param makeArchive makes an empty one. */
export function describeArchiveReader(name: string, makeArchive: MakeReadableArchive): void {
  const withEntries = async () => {
    const harness = await makeArchive();
    await harness.archive.save(sampleMessages(1, 20), patient());
    const seqs = async (page: Partial<ArchivePage>) => {
      const entries = await harness.archive.read({ ...whole, ...page }, patient());
      return entries.map(({ seq }) => seq);
    };
    return { harness, seqs };
  };

  describe(`${name}: reading the archive`, () => {
    test('messages and events come back in the form of `history`', async () => {
      await using harness = await makeArchive();
      const text = 'quotes " and \\, {braces}, 🐘, \n, NULL, \u200f';
      const reply = { message_id: 'x-9', seq: 9, from_user_id: userIdSchema.parse('bob') };
      const metadata = { message: text, nested: [1, null, { seq: 7 }] };
      const message = { ...sampleMessage({ seq: 1, message: text }), metadata, reply };
      const event = sampleEvent(2);
      await harness.archive.save([message, event], patient());
      const { message_id: _, ...shown } = event;
      expect(await harness.archive.read(whole, patient())).toEqual([message, shown]);
    });

    test.each<[string, Partial<ArchivePage>, number[]]>([
      ['the oldest first', { limit: 3 }, [1, 2, 3]],
      ['the newest first, ascending', { limit: 3, from: 'newest' }, [18, 19, 20]],
      ['the oldest behind a position', { afterSeq: 7, limit: 2 }, [8, 9]],
      ['the newest before a position', { beforeSeq: 7, limit: 2, from: 'newest' }, [5, 6]],
      ['between two positions, bounds exclusive', { afterSeq: 3, beforeSeq: 6 }, [4, 5]],
      ['nothing between neighbours', { afterSeq: 3, beforeSeq: 4 }, []],
      ['nothing without a stretch', { stretches: [] }, []],
      ['nothing of an unknown epoch', { stretches: [{ epoch: 'other', endSeq: 100 }] }, []],
      ['nothing of another group', { groupId: groupIdSchema.parse('room:other') }, []],
      ['nothing behind the end of a stretch', { stretches: [{ epoch, endSeq: 2 }] }, [1, 2]],
    ])('a page is: %s', async (_, page, expected) => {
      const { harness, seqs } = await withEntries();
      await using _harness = harness;
      expect(await seqs(page)).toEqual(expected);
    });

    test('a page goes over epochs, without what the log has lost', async () => {
      const { harness, seqs } = await withEntries();
      await using _ = harness;
      const later = [17, 18, 19].map((seq) => sampleMessage({ seq, epoch: 'later' }));
      await harness.archive.save(later, patient());
      const stretches = [
        { epoch, endSeq: 16 },
        { epoch: 'later', endSeq: 18 },
      ];
      expect(await seqs({ stretches, afterSeq: 14 })).toEqual([15, 16, 17, 18]);
      expect(await seqs({ stretches, limit: 3, from: 'newest' })).toEqual([16, 17, 18]);
    });

    test.each(['throw', 'hang'] as const)(
      'a page that meets the fault "%s" rejects, and is read later',
      async (fault) => {
        const { harness, seqs } = await withEntries();
        await using _ = harness;
        await harness.ail(fault);
        await expect(harness.archive.read(whole, impatient())).rejects.toThrow();
        await harness.heal();
        expect(await seqs({ limit: 1 })).toEqual([1]);
      },
    );

    test('a caller that has given up already gets a rejection', async () => {
      await using harness = await makeArchive();
      await expect(harness.archive.read(whole, gone())).rejects.toThrow();
    });
  });
}
