/** A page of the groups of the service, in the order of their ids. */
import { forgedCursor, PARTITION_COUNT, type Page } from '@plenum/core';
import { type GroupId, groupIdSchema } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';

export interface GroupsPage {
  readonly prefix: string;
  readonly cursor: string | null;
  readonly limit: number;
}

const partitions = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);

/** Sorts after every character of an id. */
const BEHIND_IDS = '\x7f';

/** Reads one page of each partition, and merges them. @throws PlenumError `invalid_args` for a cursor that is no group id */
export async function groupsPage(
  calls: ScriptCalls,
  keys: Keys,
  { prefix, cursor, limit }: GroupsPage,
): Promise<Page<GroupId>> {
  if (cursor !== null && !groupIdSchema.safeParse(cursor).success) throw forgedCursor();
  const from = cursor === null || cursor < prefix ? `[${prefix}` : `(${cursor}`;
  const pages = await Promise.all(
    partitions.map((partition) =>
      calls.command((redis) =>
        redis.zrangebylex(keys.groupsIn(partition), from, `(${prefix}${BEHIND_IDS}`, 'LIMIT', 0, limit + 1),
      ),
    ),
  );
  const names = pages.flat().sort(byBytes);
  const rows = names.slice(0, limit).map((name) => groupIdSchema.parse(name));
  return { rows, nextCursor: names.length > limit ? (rows.at(-1) ?? null) : null };
}

/** Ids are ASCII, so code units sort as Redis sorts bytes. */
const byBytes = (a: string, b: string): number => (a < b ? -1 : 1);
