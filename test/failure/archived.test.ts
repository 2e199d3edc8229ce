/** Histories that continue in a real PostgreSQL, at real nodes. */
import { type HistoryEntry, historyEntrySchema } from '@plenum/protocol';
import { eventually, startPostgres, startRedis } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { ArchiveKeeper } from '../support/adapters/archive-reader.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { NodeOnPort } from '../support/cluster/node-on-port.ts';
import { nodeSettings } from '../support/cluster/service.ts';
import { fillLog, keptAtLeast } from '../support/take-downs/filler.ts';
import { HeldArchive } from '../support/take-downs/held-archive.ts';
import { textsInPostgres } from '../support/take-downs/stored-texts.ts';
import { httpRequest } from '../support/wire/http.ts';

const patience = { timeoutMs: 60_000, everyMs: 100 };

const clusterOn = (postgresUrl: string, historyMaxEntries: number) =>
  Cluster.start({
    PLENUM_ARCHIVE_URL: postgresUrl,
    PLENUM_HISTORY_MAX_ENTRIES: String(historyMaxEntries),
    PLENUM_LEASE_TTL_MS: '1500',
  });

async function rowsOf(postgresUrl: string): Promise<readonly string[]> {
  const rows: string[] = [];
  for await (const { text } of textsInPostgres(postgresUrl)) rows.push(text);
  return rows;
}

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

test('history pages continue in PostgreSQL below Redis, dense and like live entries, everywhere', async () => {
  const total = 300;
  await using postgres = await startPostgres();
  await using cluster = await clusterOn(postgres.url, 20);
  const owner = await cluster.device('owner');
  await owner.must('create_group', { group_id: 'hall', group_type: 'public' });
  for (let i = 2; i <= total; i += 1)
    await owner.must('relay_msg', { group_id: 'hall', message: `text ${i}` });
  await eventually(() => expect(owner.seqs('hall')).toHaveLength(total), patience);
  expect(await cluster.logLength('hall')).toBeLessThan(total - limit);
  const live = owner.messages('hall').map(({ seq, message_id, message, timestamp, from_user_id }) => {
    return { seq, message_id, message, timestamp, from_user_id };
  });
  const expected = Array.from({ length: total }, (_, i) => i + 1);
  await eventually(async () => {
    const all = await pagedUp(cluster.url);
    expect(all.map(({ seq }) => seq)).toEqual(expected);
  }, patience);
  for (const url of cluster.urls) {
    // An archive that does not answer in time is left out of a page.
    await eventually(async () => {
      const up = await pagedUp(url);
      expect(await pagedDown(url)).toEqual(up);
      expect(up.filter(({ type }) => type === 'message')).toMatchObject(live);
      expect(up.map(({ seq }) => seq)).toEqual(expected);
    }, patience);
  }
});

test('the archive shows that a Redis came up empty while no node ran; a new cluster is no such', async () => {
  await using postgres = await startPostgres();
  await using redis = await startRedis();
  const settings = { ...nodeSettings, REDIS_URL: redis.serviceUrl, PLENUM_ARCHIVE_URL: postgres.url };
  const notices = async ({ url }: NodeOnPort) => {
    const ready: unknown = await (await fetch(`${url}/readyz`)).json();
    return Object(ready).notices ?? [];
  };
  {
    await using first = await NodeOnPort.start(settings);
    const group = { group_id: 'hall', group_type: 'public', creator_id: 'ann' };
    expect((await httpRequest('POST', `${first.url}/v1/groups`, { body: group })).status).toBeLessThan(300);
    await eventually(async () => expect((await pageAt(first.url, 'limit=5')).entries).toHaveLength(1));
    await using archive = new ArchiveKeeper(postgres.url);
    await eventually(async () => expect(await archive.hasEntries()).toBe(true), patience);
    // Twice as long as a node takes to look.
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    expect(await notices(first)).toEqual([]);
  }
  await redis.restart();
  await using later = await NodeOnPort.start(settings);
  const expected = [expect.stringMatching(/was in use and Redis came up empty/)];
  await eventually(async () => expect(await notices(later)).toEqual(expected), patience);
  expect(later.output).toMatch(/was in use and Redis came up empty/);
  await using last = await NodeOnPort.start(settings);
  expect(await notices(last)).toEqual(expected);
});

test('no node shows what was taken down and only PostgreSQL has, before it learns of that', async () => {
  await using postgres = await startPostgres();
  await using cluster = await clusterOn(postgres.url, 20);
  const owner = await cluster.device('owner');
  await owner.must('create_group', {
    group_id: 'hall',
    group_type: 'public',
    retention: { max_entries: keptAtLeast },
  });
  const author = await cluster.device('ann');
  await author.must('join_group', { group_id: 'hall' });
  const ids: string[] = [];
  for (let at = 0; at < 6; at += 1) {
    const { message_id } = await author.must('relay_msg', { group_id: 'hall', message: `secret ${at}` });
    ids.push(String(message_id));
  }
  await fillLog(cluster.url, 'hall');
  await eventually(async () => {
    const { entries } = await pageAt(cluster.url, 'after=0&limit=200');
    expect(entries).toHaveLength(8 + keptAtLeast);
  }, patience);
  const watcher = await cluster.device('owner');
  await using held = await HeldArchive.connect(postgres.url);
  await held.hold();
  const [first = '', second = '', ...others] = ids;
  const { seq } = await author.must('delete_message', { group_id: 'hall', message_id: first });
  await watcher.until('message_event', { type: 'deleted', message_id: first });
  const path = (id: string) => `/v1/groups/hall/messages/${id}`;
  expect((await httpRequest('DELETE', `${cluster.url}${path(second)}`)).status).toBe(200);
  /** At every door of these nodes. */
  const read = async (urls: readonly string[]) => {
    const pages = urls.map((url) => pageAt(url, 'after=0&limit=200'));
    const asked = urls.map(async (url) => {
      const device = await cluster.device('ann', url);
      const found = device.must('search_messages', { group_id: 'hall', query: 'secret' });
      return [await found, await device.must('history', { group_id: 'hall', before: 9 })];
    });
    return JSON.stringify([await Promise.all(pages), await Promise.all(asked)]);
  };
  const leaks: string[] = [];
  /** Again until all is shown that may be: an archive that does not answer in time is left out of a page. No answer may leak. */
  const readAll = (urls: readonly string[]) =>
    eventually(async () => {
      const text = await read(urls);
      leaks.push(...['secret 0', 'secret 1'].filter((gone) => text.includes(gone)));
      for (const at of others.keys()) expect(text).toContain(`secret ${at + 2}`);
    }, patience);
  await readAll(cluster.urls);
  const running = await cluster.ownerOf('hall');
  process.kill(running.pid, 'SIGKILL');
  await eventually(async () => {
    expect((await cluster.ownerOf('hall')).pid).not.toBe(running.pid);
  }, patience);
  const living = cluster.urls.filter((url) => url !== running.url);
  await readAll(living);
  expect(JSON.stringify(await rowsOf(postgres.url))).toContain('secret 0');
  await held.release();
  await eventually(async () => {
    expect(JSON.stringify(await rowsOf(postgres.url))).not.toMatch(/secret [01]/);
  }, patience);
  await readAll(living);
  expect(leaks).toEqual([]);
  const again = await httpRequest('DELETE', `${living[0]}${path(first)}`);
  expect(again).toMatchObject({ status: 200, body: { seq } });
});
