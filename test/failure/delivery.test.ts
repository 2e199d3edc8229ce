/** Deliveries by real nodes to a webhook, while nodes are killed, Redis is restarted and the webhook is ill. */
import { setTimeout as wait } from 'node:timers/promises';
import { eventually, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { Cluster } from '../world/cluster.ts';
import { ServedNode } from '../world/served-node.ts';
import { httpRequest } from '../world/service.ts';
import { type ReceiverMood, WebhookReceiver } from '../world/webhook-receiver.ts';

const patience = { timeoutMs: 60_000, everyMs: 50 };
const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${name} ${at + 1}`);

const leaseTtlMs = 1500;

/** Of nodes in dev mode, so that the webhook may be on this machine. */
const environmentFor = (receiver: WebhookReceiver): Readonly<Record<string, string>> => ({
  PLENUM_JWT_SECRET: '',
  PLENUM_NOTIFIER_URL: receiver.url,
  PLENUM_WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  PLENUM_LEASE_TTL_MS: String(leaseTtlMs),
});

const clusterFor = (
  receiver: WebhookReceiver,
  environment: Readonly<Record<string, string>> = {},
): Promise<Cluster> => Cluster.start({ ...environmentFor(receiver), ...environment });

/** Resolves when all that Redis has answered is on its disk. */
async function untilFlushed(url: string): Promise<void> {
  const client = new Redis(url);
  await client.config('SET', 'appendfsync', 'always');
  await client.set('flushed', 'now');
  client.disconnect();
}

async function prepare({ url }: { readonly url: string }): Promise<void> {
  const body = { group_id: 'club', group_type: 'public', creator_id: 'owner' };
  await httpRequest('POST', `${url}/v1/groups`, { body });
  await httpRequest('PUT', `${url}/v1/groups/club/members/guest`);
}

/** Sends until it is stored: a node or Redis may be away. */
async function send({ url }: { readonly url: string }, text: string): Promise<void> {
  const body = { from_user_id: 'owner', message: text };
  await eventually(async () => {
    const headers = { 'idempotency-key': text };
    const answer = await httpRequest('POST', `${url}/v1/groups/club/messages`, { body, headers });
    expect(answer.status).toBe(200);
  }, patience);
}

/** Every text was told, first copies in order, copies bounded, and nothing was buried. */
async function expectDelivered(
  texts: readonly string[],
  receiver: WebhookReceiver,
  { url }: { readonly url: string },
): Promise<void> {
  await eventually(() => expect([...new Set(receiver.told)]).toEqual(texts), patience);
  expect(receiver.told.length).toBeLessThanOrEqual(2 * texts.length);
  const letters = await httpRequest('GET', `${url}/v1/dead-letters`);
  expect(letters.body).toEqual({ dead_letters: [], next_cursor: null });
}

test('what the killed owner of a partition has not delivered its successor does, at most a batch of it twice', async () => {
  await using receiver = await WebhookReceiver.start();
  await using cluster = await clusterFor(receiver);
  await prepare(cluster);
  const texts = numbered('text', 60);
  for (const text of texts.slice(0, 20)) await send(cluster, text);
  await eventually(() => expect(receiver.told.length).toBeGreaterThan(0), patience);
  receiver.mood = 'hanging';
  for (const text of texts.slice(20, 40)) await send(cluster, text);
  process.kill((await cluster.ownerOf('club')).pid, 'SIGKILL');
  receiver.mood = 'well';
  for (const text of texts.slice(40)) await send(cluster, text);
  await eventually(() => expect(new Set(receiver.told)).toEqual(new Set(texts)), patience);
  expect(receiver.told.length).toBeLessThanOrEqual(2 * texts.length);
});

test.each([0.5, 1.5, 3])(
  'an owner that stands still for %d TTLs and wakes loses nothing and buries nothing',
  async (ttls) => {
    await using receiver = await WebhookReceiver.start();
    await using cluster = await clusterFor(receiver);
    await prepare(cluster);
    const texts = numbered('text', 60);
    for (const text of texts.slice(0, 20)) await send(cluster, text);
    const { pid } = await cluster.ownerOf('club');
    const other = cluster.nodes.find((node) => node.pid !== pid) ?? cluster.node(0);
    process.kill(pid, 'SIGSTOP');
    for (const text of texts.slice(20, 40)) await send(other, text);
    await wait(ttls * leaseTtlMs);
    process.kill(pid, 'SIGCONT');
    for (const text of texts.slice(40)) await send(other, text);
    await expectDelivered(texts, receiver, other);
  },
);

test('from one node to five to two nothing is lost and nothing is buried', async () => {
  await using redis = await startRedis();
  await using receiver = await WebhookReceiver.start();
  const environment = { ...environmentFor(receiver), REDIS_URL: redis.url, PLENUM_RATE_BURST: '1000' };
  const nodes: ServedNode[] = [];
  const add = async () => {
    const node = await ServedNode.start('memory', environment);
    nodes.push(node);
    return node;
  };
  try {
    const first = await add();
    await prepare(first);
    const texts = numbered('text', 100);
    for (const text of texts.slice(0, 20)) await send(first, text);
    const leaving = [first, await add(), await add()];
    await add();
    const last = await add();
    for (const text of texts.slice(20, 40)) await send(last, text);
    for (const [at, node] of leaving.entries()) {
      node.command.signal(at === 1 ? 'SIGTERM' : 'SIGKILL');
      for (const text of texts.slice(40 + 20 * at, 60 + 20 * at)) await send(last, text);
    }
    await expectDelivered(texts, receiver, last);
  } finally {
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
  }
});

test.each<ReceiverMood>(['hanging', 'down'])(
  'a webhook that is %s loses nothing and buries nothing',
  async (mood) => {
    await using receiver = await WebhookReceiver.start();
    await using cluster = await clusterFor(receiver);
    await prepare(cluster);
    receiver.mood = mood;
    const texts = numbered('text', 20);
    for (const text of texts) await send(cluster, text);
    await eventually(() => expect(receiver.calls).toBeGreaterThan(3), patience);
    receiver.mood = 'well';
    await eventually(() => expect(new Set(receiver.told)).toEqual(new Set(texts)), patience);
    const letters = await httpRequest('GET', `${cluster.url}/v1/dead-letters`);
    expect(letters.body).toEqual({ dead_letters: [], next_cursor: null });
  },
);

test('what waited is delivered after Redis was killed and came back', async () => {
  await using redis = await startRedis({ appendonly: true });
  await using receiver = await WebhookReceiver.start();
  await using cluster = await clusterFor(receiver, { REDIS_URL: redis.url });
  await prepare(cluster);
  receiver.mood = 'down';
  const texts = numbered('text', 10);
  for (const text of texts.slice(0, 5)) await send(cluster, text);
  await eventually(() => expect(receiver.calls).toBeGreaterThan(0), patience);
  // What an ack survives is up to Redis: the test waits until it is on the disk.
  await untilFlushed(redis.url);
  await redis.kill();
  await redis.restart();
  receiver.mood = 'well';
  for (const text of texts.slice(5)) await send(cluster, text);
  await eventually(() => expect(new Set(receiver.told)).toEqual(new Set(texts)), patience);
});

test('a refused message becomes a dead letter that an operator sends again, and another that he deletes', async () => {
  await using receiver = await WebhookReceiver.start();
  await using cluster = await clusterFor(receiver);
  await prepare(cluster);
  for (const text of ['bad', 'worse']) receiver.refused.add(text);
  for (const text of ['bad', 'good', 'worse']) await send(cluster, text);
  const lettersUrl = `${cluster.url}/v1/dead-letters`;
  const ids = await eventually(async () => {
    const { body } = await httpRequest('GET', lettersUrl);
    const letters: { dead_letter_id: string; reason: string; attempts: number }[] = JSON.parse(
      JSON.stringify(body['dead_letters']),
    );
    expect(letters).toMatchObject([
      { reason: 'HTTP 422', attempts: 6, kind: 'notifier' },
      { reason: 'HTTP 422', attempts: 6, kind: 'notifier' },
    ]);
    return letters.map(({ dead_letter_id }) => dead_letter_id);
  }, patience);
  receiver.refused.clear();
  const again = await httpRequest('POST', `${lettersUrl}/${ids[0]}/retry`);
  expect(again).toMatchObject({ status: 200, body: { status: 'retried' } });
  expect(await httpRequest('DELETE', `${lettersUrl}/${ids[1]}`)).toMatchObject({ status: 200 });
  expect(await httpRequest('DELETE', `${lettersUrl}/${ids[1]}`)).toMatchObject({
    status: 404,
    body: { code: 'dead_letter_not_found' },
  });
  await eventually(() => expect(receiver.told).toHaveLength(2), patience);
  const user = await httpRequest('GET', lettersUrl, { token: null });
  expect(user.status).toBe(401);
});
