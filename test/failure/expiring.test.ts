/**
 * The owner of a group is killed before its messages reach their end: no door shows their text from then on, and the next owner
 * takes each of them down once.
 */
import { historyEntrySchema, isMessageEvent, type MessageEvent } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import { Device } from '../support/devices/device.ts';
import { Follower } from '../support/devices/follower.ts';
import { adminToken, httpRequest, tokenOf } from '../support/wire/http.ts';

const group_id = 'hall';
const messageCount = 20;
const expiresInMs = 2500;
const secret = 'secret';
const patience = { timeoutMs: 60_000, everyMs: 100 };

/** What a member and the service read at every door. */
async function everyDoor(device: Device, url: string, messageIds: readonly string[]) {
  const rest = async (path: string) => JSON.stringify((await httpRequest('GET', `${url}/v1${path}`)).body);
  const ask = async (type: string, args: object) => JSON.stringify(await device.must(type, args));
  const exported = async () =>
    (
      await fetch(`${url}/v1/users/bob/export`, { headers: { authorization: `Bearer ${adminToken}` } })
    ).text();
  const resumed = async () => {
    const [epoch = ''] = messageIds[0]?.split('-') ?? [];
    const positions = [{ group_id, epoch, seq: 2 }];
    await using resuming = new Device(url, await tokenOf('bob'), { auth: { positions } });
    await resuming.until('message_event', { type: 'appended' });
    return JSON.stringify(resuming.arrivals);
  };
  const each = messageIds.map((message_id) => ask('get_message', { group_id, message_id }));
  const doors = {
    get_message: Promise.all(each).then(String),
    history: ask('history', { group_id, limit: 200 }),
    list_groups: ask('list_groups', { order: 'activity' }),
    'history by REST': rest(`/groups/${group_id}/messages?after=0&limit=200`),
    'export of a user': exported(),
    'a device that resumes': resumed(),
  };
  const texts = Object.entries(doors).map(async ([name, text]) => ({
    name,
    hasText: (await text).includes(secret),
  }));
  return (await Promise.all(texts)).filter(({ hasText }) => hasText).map(({ name }) => name);
}

test('messages whose owner was killed are nowhere read after their end, and are taken down once', async () => {
  await using cluster = await Cluster.start({ PLENUM_LEASE_TTL_MS: '3000' });
  const ann = await cluster.device('ann');
  await ann.must('create_group', { group_id, group_type: 'public' });
  const owner = await cluster.ownerOf(group_id);
  const [url = '', other = ''] = cluster.urls.filter((one) => one !== owner.url);
  const [bob, reader] = [await cluster.device('bob', url), await Follower.connect('cyd', other)];
  await bob.must('join_group', { group_id });
  await reader.enter(group_id, 'join_group');
  const messageIds: string[] = [];
  for (let at = 0; at < messageCount; at += 1) {
    const message = {
      group_id,
      message: secret,
      expires_in_ms: expiresInMs,
      ...(at === 0 ? { open: true } : {}),
    };
    messageIds.push(String((await bob.must('relay_msg', message))['message_id']));
  }
  const [first, second] = messageIds;
  await bob.must('append_message', { group_id, message_id: first, text: ` ${secret}` });
  await bob.must('edit_message', { group_id, message_id: second, message: `${secret}, edited` });
  await bob.must('react', { group_id, message_id: second, reaction: '👍' });
  expect(await everyDoor(bob, url, messageIds)).toHaveLength(6);
  process.kill(owner.pid, 'SIGKILL');
  const ends = bob
    .messages(group_id)
    .map((message) => ('expires_at' in message ? String(message.expires_at) : ''));
  const lastEndMs = Math.max(...ends.map((end) => Date.parse(end)));
  await eventually(async () => {
    const [seconds] = await cluster.admin.time();
    expect(Number(seconds) * 1000).toBeGreaterThan(lastEndMs);
  }, patience);

  let reads = 0;
  const takenDown = () =>
    reader
      .entriesOf(group_id)
      .filter((entry): entry is MessageEvent => isMessageEvent(entry) && entry.type === 'deleted');
  await eventually(async () => {
    expect(await everyDoor(bob, url, messageIds)).toEqual([]);
    reads += 1;
    expect(takenDown()).toHaveLength(messageCount);
  }, patience);
  const changes = takenDown().map(({ message_id, reason, actor_id }) => ({ message_id, reason, actor_id }));
  const expected = messageIds.map((message_id) => ({ message_id, reason: 'expired', actor_id: '$service' }));
  expect(changes.toSorted((a, b) => a.message_id.localeCompare(b.message_id))).toEqual(
    expected.toSorted((a, b) => a.message_id.localeCompare(b.message_id)),
  );
  const { body } = await httpRequest('GET', `${url}/v1/groups/${group_id}/messages?after=0&limit=200`);
  const stored = historyEntrySchema.array().parse(body['entries']);
  expect(stored.filter((entry) => isMessageEvent(entry) && entry.type === 'deleted')).toHaveLength(
    messageCount,
  );
  process.stdout.write(`expiry: ${reads} looks at every door between the end and the last entry\n`);
  reader.away();
});
