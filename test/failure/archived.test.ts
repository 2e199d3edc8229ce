/** Real nodes with an archive in a real PostgreSQL: what is in it after crashes, and histories that go on in it. */
import { type HistoryEntry, historyEntrySchema } from '@plenum/protocol';
import { eventually, startPostgres } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { ArchiveKeeper } from '../world/archive-keeper.ts';
import { Cluster } from '../world/cluster.ts';
import { httpRequest } from '../world/service.ts';
import { Trial } from '../world/trial.ts';

const patience = { timeoutMs: 60_000, everyMs: 100 };

const clusterOn = (postgresUrl: string, historyMaxEntries: number) =>
  Cluster.start({
    PLENUM_ARCHIVE_URL: postgresUrl,
    PLENUM_HISTORY_MAX_ENTRIES: String(historyMaxEntries),
    PLENUM_LEASE_TTL_MS: '1500',
  });

/** How many entries of the group Redis has. */
async function keptByRedis(cluster: Cluster, groupId: string): Promise<number> {
  const [key = ''] = await cluster.admin.keys(`*:log:${groupId}`);
  return cluster.admin.xlen(key);
}

test('every accepted message is in PostgreSQL once and in order, past a crash of PostgreSQL and of the owner', async () => {
  await using postgres = await startPostgres();
  await using cluster = await clusterOn(postgres.url, 50);
  await using keeper = new ArchiveKeeper(postgres.url);
  await using trial = new Trial(cluster.url, { served: (logs) => keeper.served(cluster.url, logs) });
  const members = await trial.group('club', ['ann', 'bob', 'cleo']);
  trial.talk(members, 'club', { everyMs: 30 });
  await trial.until(150);
  await postgres.crash();
  await trial.until(100);
  process.kill((await cluster.ownerOf('club')).pid, 'SIGKILL');
  await trial.until(100);
  await postgres.restart();
  await trial.until(100);
  const told = members[0]?.entriesOf('club') ?? [];
  const last = told.at(-1)?.seq ?? 0;
  // An archive that was away is asked again ever more rarely.
  await eventually(async () => {
    const archived = await keeper.entriesOf({ groupId: 'club', groupType: 'public', entries: told });
    expect(archived.at(-1)?.seq).toBeGreaterThanOrEqual(last);
  }, patience);
  await trial.expectSound();
  expect(trial.acks).toBeGreaterThanOrEqual(450);
  expect(await keptByRedis(cluster, 'club')).toBeLessThan(trial.acks);
});

interface Page {
  readonly entries: readonly HistoryEntry[];
  readonly oldest: unknown;
}

async function pageAt(url: string, query: string): Promise<Page> {
  const { status, body } = await httpRequest('GET', `${url}/v1/groups/hall/messages?${query}`);
  expect(status).toBe(200);
  return { entries: historyEntrySchema.array().parse(body['entries']), oldest: body['oldest_seq'] };
}

const limit = 7;
async function pagedUp(url: string): Promise<readonly HistoryEntry[]> {
  const all: HistoryEntry[] = [];
  for (;;) {
    const { entries, oldest } = await pageAt(url, `after=${all.at(-1)?.seq ?? 0}&limit=${limit}`);
    expect(oldest).toBe(1);
    all.push(...entries);
    if (entries.length < limit) return all;
  }
}
async function pagedDown(url: string): Promise<readonly HistoryEntry[]> {
  let all: readonly HistoryEntry[] = [];
  for (;;) {
    const before = all[0] === undefined ? '' : `&before=${all[0].seq}`;
    const { entries, oldest } = await pageAt(url, `limit=${limit}${before}`);
    expect(oldest).toBe(1);
    all = [...entries, ...all];
    if (entries.length < limit) return all;
  }
}

test('history pages go on in PostgreSQL where Redis ends, dense and as the live entries were, at every node', async () => {
  const total = 300;
  await using postgres = await startPostgres();
  await using cluster = await clusterOn(postgres.url, 20);
  const owner = await cluster.device('owner');
  await owner.must('create_group', { group_id: 'hall', group_type: 'public' });
  for (let i = 2; i <= total; i += 1)
    await owner.must('relay_msg', { group_id: 'hall', message: `text ${i}` });
  await eventually(() => expect(owner.seqs('hall')).toHaveLength(total), patience);
  expect(await keptByRedis(cluster, 'hall')).toBeLessThan(total - limit);
  const live = owner.messages('hall').map(({ seq, message_id, message, timestamp, from_user_id }) => {
    return { seq, message_id, message, timestamp, from_user_id };
  });
  const expected = Array.from({ length: total }, (_, i) => i + 1);
  await eventually(async () => {
    const all = await pagedUp(cluster.url);
    expect(all.map(({ seq }) => seq)).toEqual(expected);
  }, patience);
  for (const url of cluster.urls) {
    const up = await pagedUp(url);
    expect(await pagedDown(url)).toEqual(up);
    expect(up.filter(({ type }) => type === 'message')).toMatchObject(live);
    expect(up.map(({ seq }) => seq)).toEqual(expected);
  }
});
