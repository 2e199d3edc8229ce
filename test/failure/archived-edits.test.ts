/** Edits of messages that only PostgreSQL has, at real nodes: while it lags, past a killed node, and before an erasure. */
import { eventually, startPostgres } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import type { Device } from '../support/devices/device.ts';
import { fillLog, keptAtLeast } from '../support/take-downs/filler.ts';
import { HeldArchive } from '../support/take-downs/held-archive.ts';
import { textsInPostgres, textsInRedis } from '../support/take-downs/stored-texts.ts';
import { httpRequest } from '../support/wire/http.ts';

const patience = { timeoutMs: 60_000, everyMs: 100 };
const group_id = 'hall';

const edit = (device: Device, message_id: string, message: string) =>
  device.request('edit_message', { group_id, message_id, message });

/** An edit that is repeated as long as the archive lags. */
const mustEdit = (device: Device, message_id: string, message: string) =>
  eventually(async () => {
    const answer = await edit(device, message_id, message);
    if (answer.success) return answer.result;
    expect(answer).toMatchObject({ code: 'unavailable', details: { reason: 'archive_behind' } });
    throw new Error('the archive lags');
  }, patience);

/** What the message shows at every door of these nodes. */
async function shownAt(cluster: Cluster, urls: readonly string[], message_id: string) {
  const path = `/v1/groups/${group_id}/messages`;
  const seen = urls.map(async (url) => {
    const device = await cluster.device('ann', url);
    const page = (await httpRequest('GET', `${url}${path}?after=0&limit=200`)).body['entries'];
    const { entries } = await device.must('search_messages', { group_id, query: 'tea' });
    const doors = [page, entries].map((rows) =>
      (Array.isArray(rows) ? rows : []).find(
        (row) => row.message_id === message_id && row.type === 'message',
      ),
    );
    return [...doors, await device.must('get_message', { group_id, message_id })];
  });
  return (await Promise.all(seen)).flat().map(({ message, edits }) => `${message} ${edits}`);
}

test('an edit of what only the archive has is seen everywhere, also when its node dies at once', async () => {
  await using postgres = await startPostgres();
  await using cluster = await Cluster.start({
    PLENUM_ARCHIVE_URL: postgres.url,
    PLENUM_HISTORY_MAX_ENTRIES: '20',
    PLENUM_LEASE_TTL_MS: '1500',
  });
  const owner = await cluster.device('owner');
  const retention = { max_entries: keptAtLeast };
  await owner.must('create_group', { group_id, group_type: 'public', retention });
  const author = await cluster.device('ann');
  await author.must('join_group', { group_id });
  const [first = '', second = ''] = [
    await author.must('relay_msg', { group_id, message: 'secret tea' }),
    await author.must('relay_msg', { group_id, message: 'secret cake' }),
  ].map(({ message_id }) => String(message_id));
  await fillLog(cluster.url, group_id);
  const watcher = await cluster.device('owner');
  const { seq } = await mustEdit(author, first, 'green tea');
  expect(await watcher.until('message_event', { type: 'edited', message_id: first })).toMatchObject({
    edits: 1,
  });
  const path = `/v1/groups/${group_id}/messages/${second}`;
  const body = { actor_id: 'ann', message: 'mint tea' };
  expect(await httpRequest('PATCH', `${cluster.url}${path}`, { body })).toMatchObject({
    status: 200,
    body: { edits: 1 },
  });
  expect(await edit(owner, first, 'of another')).toMatchObject({ success: false, code: 'not_author' });

  await using held = await HeldArchive.connect(postgres.url);
  await eventually(async () => {
    const rows: string[] = [];
    for await (const { text } of textsInPostgres(postgres.url)) rows.push(text);
    expect(rows.filter((row) => row.includes('mint tea'))).not.toEqual([]);
  }, patience);
  await held.hold();
  expect(await mustEdit(author, first, 'black tea')).toMatchObject({ edits: 2 });
  const running = await cluster.ownerOf(group_id);
  process.kill(running.pid, 'SIGKILL');
  const living = cluster.urls.filter((url) => url !== running.url);
  const device = await cluster.device('ann', living[0]);
  await eventually(async () => {
    expect(await shownAt(cluster, living, first)).toEqual(
      Array(2)
        .fill(0)
        .flatMap(() => Array(3).fill('black tea 2')),
    );
  }, patience);
  expect(
    Number((await device.must('get_message', { group_id, message_id: first }))['state_seq']),
  ).toBeGreaterThan(Number(seq));
  // The log loses the edit before the archive has got it: what the archive shows is not enough.
  await fillLog(living[0] ?? '', group_id);
  expect(await edit(device, first, 'red tea')).toMatchObject({
    success: false,
    code: 'unavailable',
    can_retry: true,
    details: { reason: 'archive_behind' },
  });
  await held.release();
  expect(await mustEdit(device, first, 'red tea')).toMatchObject({ edits: 3 });
  await eventually(async () => {
    expect(new Set(await shownAt(cluster, living, first))).toEqual(new Set(['red tea 3']));
  }, patience);

  const erase = '/v1/users/ann?erase=messages';
  const late = [mustEdit(device, second, 'late tea').catch(() => undefined)];
  expect((await httpRequest('DELETE', `${living[0]}${erase}`)).status).toBe(202);
  await eventually(async () => {
    const { body: progress } = await httpRequest('GET', `${living[0]}/v1/users/ann/erasure`);
    expect(progress).toMatchObject({ status: 'done', archive: 'done' });
  }, patience);
  await Promise.all(late);
  await eventually(async () => {
    const left: string[] = [];
    for await (const { at, text } of textsInRedis(cluster.admin)) if (/tea|cake/.test(text)) left.push(at);
    for await (const { at, text } of textsInPostgres(postgres.url)) if (/tea|cake/.test(text)) left.push(at);
    expect(left).toEqual([]);
  }, patience);
});
