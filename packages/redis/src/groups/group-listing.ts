/** Lists the groups of the cluster: reads one page of each partition's sorted set and merges them. */
import { forgedCursor, PARTITION_COUNT, type Page } from '@plenum/core';
import { type GroupId, groupIdSchema } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import type { ScriptCalls } from '../scripts/script-calls.ts';

interface ListPage {
  readonly prefix: string;
  readonly cursor: string | null;
  readonly limit: number;
}

/** Sorts after every character of an id. */
const BEHIND_IDS = '\x7f';

const tags = Array.from({ length: PARTITION_COUNT }, (_, partition) => `{p${partition}}`);

/** @throws PlenumError `invalid_args` for a cursor that is no group id */
export async function listGroups(
  calls: ScriptCalls,
  keys: Keys,
  { prefix, cursor, limit }: ListPage,
): Promise<Page<GroupId>> {
  if (cursor !== null && !groupIdSchema.safeParse(cursor).success) throw forgedCursor();
  const from = cursor === null || cursor < prefix ? `[${prefix}` : `(${cursor}`;
  const pages = await Promise.all(
    tags.map((tag) =>
      calls.command((redis) =>
        redis.zrangebylex(keys.groupsIn(tag), from, `(${prefix}${BEHIND_IDS}`, 'LIMIT', 0, limit + 1),
      ),
    ),
  );
  const names = pages.flat().sort(byBytes);
  const rows = names.slice(0, limit).map((name) => groupIdSchema.parse(name));
  return { rows, nextCursor: names.length > limit ? (rows.at(-1) ?? null) : null };
}

/** Ids are ASCII, so code units sort as Redis sorts bytes. */
const byBytes = (a: string, b: string): number => (a < b ? -1 : 1);
