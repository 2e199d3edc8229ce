/** `plenum rebuild`: fills an empty Redis with the groups that the archive in PostgreSQL has. */
import { openArchivedGroups } from '@plenum/adapters';
import { type RebuildReport, type RebuiltStore, rebuildGroups, systemClock } from '@plenum/core';
import { openRebuiltStore } from '@plenum/redis';
import { createLogger } from '../logging.ts';
import { systemRandom } from '../secrets.ts';
import { createProgress } from '../transfer/progress.ts';
import { nodeConfigOrNull } from './read-configuration.ts';
import { refuse } from './refuse.ts';

/** Requests of this time before the rebuild are repeated with the first answer. */
const sendsKeptMs = 3600_000;
/** Some groups of the archive could not be rebuilt, or not what they were before users made them anew. */
const someMissing = 2;

const said = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/**
 * @returns the exit code: 0 if all groups are there, 2 if some could not be rebuilt, or only as users have made them anew; 1 for a
 * refusal. After a failure the same command continues
 */
export async function rebuild(): Promise<number> {
  const config = await nodeConfigOrNull();
  if (config === null) return 1;
  const { redisUrl: url, prefix, engineSettings: settings } = config;
  const { archiveUrl } = config.adapterOptions;
  if (url === null) return refuse('REDIS_URL must be set: it names the Redis that is rebuilt');
  if (archiveUrl === null)
    return refuse('PLENUM_ARCHIVE_URL must be set: the groups are rebuilt from the archive in PostgreSQL');
  const logger = createLogger({ level: 'silent', isDev: false, nodeId: 'rebuild' });
  const clock = systemClock;
  const { signal } = new AbortController();
  const archive = openArchivedGroups({ url: archiveUrl, logger, clock, call: { signal } });
  try {
    const store = await openRebuiltStore({ url, prefix, random: systemRandom, clock, logger, settings });
    try {
      return await fill(store, archive);
    } finally {
      await store.close();
    }
  } finally {
    await archive.close();
  }
}

async function fill(store: RebuiltStore, archive: ReturnType<typeof openArchivedGroups>): Promise<number> {
  // The archive is read before the store is marked: an archive that is away leaves the store as it is.
  await archive.groupIds(null, 1);
  const start = await store.begin();
  if (start.type === 'refused') return refuse(start.why);
  if (start.type === 'continued') said('A rebuild that was stopped is continued.');
  const progress = createProgress('groups', 0);
  const report = await rebuildGroups({
    archive,
    store,
    sendsSinceMs: Date.now() - sendsKeptMs,
    onGroup: ({ seen }) => progress.show(seen),
  });
  progress.end();
  await store.finish();
  for (const line of linesOf(report)) said(line);
  return report.unknownCount + report.madeAnewCount === 0 ? 0 : someMissing;
}

function linesOf(report: RebuildReport): readonly string[] {
  const { rebuilt, already, members, bans, missing, deleted, canaries } = report;
  const { unknown, unknownCount, madeAnew, madeAnewCount } = report;
  const named = (ids: readonly string[], count: number) => ids.join(', ') + (count > ids.length ? ', …' : '');
  return [
    `rebuilt ${rebuilt} groups with ${members} members and ${bans} bans`,
    ...(already === 0 ? [] : [`${already} groups were there from an earlier attempt`]),
    ...(deleted === 0 ? [] : [`${deleted} groups had been deleted`]),
    ...(canaries === 0 ? [] : [`${canaries} canary groups were left out`]),
    `${missing} entries below the heads of these groups are not in the archive`,
    ...(unknownCount === 0
      ? []
      : [
          `${unknownCount} groups were not rebuilt, because the archive does not have their beginning with type and settings, or has entries of a later version: ${named(unknown, unknownCount)}`,
        ]),
    ...(madeAnewCount === 0
      ? []
      : [
          `${madeAnewCount} groups were made anew after Redis had lost them; what they were before is in the archive only: ${named(madeAnew, madeAnewCount)}`,
        ]),
  ];
}
