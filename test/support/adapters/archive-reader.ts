/** What nodes have written into a PostgreSQL, read by another program. */
import { createPostgresArchive } from '@plenum/adapters';
import { systemClock } from '@plenum/core';
import { groupIdSchema, type HistoryEntry } from '@plenum/protocol';
import { type EpochLog, type GivenCopy, patient } from '@plenum/testkit';
import { recordingLogger } from '../cluster/recording-logger.ts';
import type { AdapterRecord } from './served-adapters.ts';

const rowsMax = 100_000;

export class ArchiveKeeper implements AsyncDisposable {
  readonly #archive;

  constructor(postgresUrl: string) {
    const { logger } = recordingLogger();
    this.#archive = createPostgresArchive({ url: postgresUrl, logger, clock: systemClock });
  }

  hasEntries(): Promise<boolean> {
    return this.#archive.hasEntriesBefore?.(Date.now() + 60_000, patient()) ?? Promise.resolve(false);
  }

  /** Every row of the group under the epochs of its log, by seq; a duplicate would be there twice. */
  async entriesOf({ groupId, entries }: EpochLog): Promise<GivenCopy[]> {
    const rows = await this.pageOf(groupId, entries);
    return rows.map((entry) => ({ ...entry, message_id: `${entry.epoch}-${entry.seq}` }));
  }

  /** The same rows as a page of history shows them. */
  pageOf(groupId: string, entries: readonly HistoryEntry[]): Promise<readonly HistoryEntry[]> {
    const epochs = [...new Set(entries.map(({ epoch }) => epoch))];
    const page = {
      groupId: groupIdSchema.parse(groupId),
      stretches: epochs.map((epoch) => ({ epoch, endSeq: Number.MAX_SAFE_INTEGER })),
      ...{ afterSeq: 0, beforeSeq: Number.MAX_SAFE_INTEGER },
      ...{ limit: rowsMax, from: 'oldest' as const, reader: null },
    };
    return this.#archive.read(page, patient());
  }

  /** For the checker: a row is a copy that was kept, and there may be one of each. */
  async record(logs: readonly EpochLog[]): Promise<AdapterRecord> {
    const rows = await Promise.all(logs.map((log) => this.entriesOf(log)));
    const given = rows.flat().map((entry) => ({ entry, isTaken: true }));
    return { kind: 'archive', given, copiesMax: () => 1 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#archive.close();
  }
}
