/** Which epochs of an archive are the log of a group that lives, and up to which seq each of them is. */

export interface EpochRow {
  readonly epoch: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Times of the first and the last entry that was not imported, ms; null: all were. */
  readonly begunMs: number | null;
  readonly endedMs: number | null;
}

interface ArchivedEpoch {
  readonly epoch: string;
  readonly firstSeq: number;
  readonly endSeq: number;
}

/** True for an epoch all of whose numbers a later one has given again: no log has its entries. */
const isLost = (one: EpochRow, among: readonly EpochRow[]): boolean =>
  among.some(
    ({ firstSeq, begunMs }) =>
      firstSeq <= one.firstSeq && begunMs !== null && one.endedMs !== null && begunMs > one.endedMs,
  );

/**
 * The epochs from `created` on, each up to the first seq of the next one: what an epoch has above that was lost in a failover, and is in
 * no history. Example: A has 1 to 100, B has 50 to 60, and C, which began after B had ended, has 40 to 45. The log is A up to 39, then C.
 * @param rows all epochs with the id of the group, ordered by their first seq and then by time
 */
export function epochsAfter(
  created: { readonly epoch: string; readonly atMs: number },
  rows: readonly EpochRow[],
): readonly ArchivedEpoch[] {
  const own = rows.filter(
    ({ epoch, firstSeq, endedMs }) =>
      epoch === created.epoch || (firstSeq > 1 && (endedMs === null || endedMs >= created.atMs)),
  );
  const epochs: ArchivedEpoch[] = [];
  for (const row of own) {
    if (isLost(row, own)) continue;
    const { epoch, firstSeq, lastSeq } = row;
    while ((epochs.at(-1)?.firstSeq ?? 0) >= firstSeq) epochs.pop();
    const before = epochs.pop();
    if (before !== undefined) epochs.push({ ...before, endSeq: Math.min(before.endSeq, firstSeq - 1) });
    epochs.push({ epoch, firstSeq, endSeq: lastSeq });
  }
  return epochs;
}
