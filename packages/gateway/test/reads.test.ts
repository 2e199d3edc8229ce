/** A client that sends many reads delays only itself: on a socket, and over HTTP as a user. */
import { type Operations, succeed } from '@plenum/core';
import { eventually, ManualClock } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { readsOpenMax } from '../src/requests/read-limiter.ts';
import { ask, startEdge } from './edge.ts';
import { position } from './fake-domain.ts';

const read = { request_type: 'history', args: { group_id: 'g1' } };
const message = { request_type: 'relay_msg', args: { group_id: 'g1', message: 'hello' } };
const refusal = {
  code: 'rate_limited',
  can_retry: true,
  retry_after_ms: 100,
  details: { limit: readsOpenMax, reason: 'too many open reads' },
};

/** Histories whose reads the test ends, and the users that asked for them. */
function slowHistory() {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  let isOpen = false;
  const history: Operations['history'] = async ({ actor }) => {
    asked.push(actor);
    if (!isOpen) await new Promise<void>((resolve) => waiting.push(resolve));
    return succeed({ entries: [], epoch: position.epoch, head_seq: 7, oldest_seq: 1 });
  };
  const open = () => {
    isOpen = true;
    for (const resolve of waiting.splice(0)) resolve();
  };
  return { asked, history, open };
}

const group = { group_id: 'g1' };
test.each([
  ['explain', { ...group, action: 'send' }],
  ['get_group_info', group],
  ['history', group],
  ['list_groups', {}],
  ['list_members', group],
  ['presence', group],
  ['subscribe', { groups: [group] }],
] as const)('%s is a read: two of one socket are at work at a time', async (request_type, args) => {
  let begun = 0;
  const hang = () => {
    begun += 1;
    return new Promise<never>(() => {});
  };
  await using edge = await startEdge({ operations: { [request_type]: hang } });
  const client = await edge.connected('ann');
  for (let i = 0; i < 5; i += 1) client.emit('request', { request_type, args });
  await ask(client, message);
  expect(begun).toBe(2);
});

test('waiting reads of a socket are passed by its messages and by requests of other sockets', async () => {
  const { asked, history, open } = slowHistory();
  await using edge = await startEdge({ operations: { history } });
  const [ann, bob] = [await edge.connected('ann'), await edge.connected('bob')];
  const reads = Array.from({ length: 10 }, () => ask(ann, read));
  expect(await ask(ann, message)).toMatchObject({ success: true });
  const other = ask(bob, read);
  await eventually(() => expect(asked).toEqual(['ann', 'ann', 'bob']));
  open();
  for (const answer of await Promise.all([...reads, other])) expect(answer).toMatchObject({ success: true });
});

test('a socket with too many open reads is refused more of them, and no message', async () => {
  const { history, open } = slowHistory();
  await using edge = await startEdge({ operations: { history } });
  const client = await edge.connected('ann');
  const reads = Array.from({ length: readsOpenMax }, () => ask(client, read));
  expect(await ask(client, { request_type: 'presence', args: { group_id: 'g1' } })).toMatchObject(refusal);
  expect(await ask(client, message)).toMatchObject({ success: true });
  open();
  await Promise.all(reads);
  expect(await ask(client, read)).toMatchObject({ success: true });
});

test('what a socket had in line when it went is not read', async () => {
  const { asked, history, open } = slowHistory();
  await using edge = await startEdge({ operations: { history } });
  const client = await edge.connected('ann');
  for (let i = 0; i < 10; i += 1) client.emit('request', read);
  await ask(client, message);
  client.close();
  await eventually(() => expect(edge.hub.devices.size).toBe(0));
  open();
  await ask(await edge.connected('bob'), read);
  expect(asked).toEqual(['ann', 'ann', 'bob']);
});

test('a drain waits until the reads in line are answered', async () => {
  const { history, open } = slowHistory();
  await using edge = await startEdge({ operations: { history } });
  const client = await edge.connected('ann');
  const reads = Array.from({ length: 10 }, () => ask(client, read));
  await ask(client, message);
  const drained = edge.gateway.drain(0);
  open();
  for (const answer of await Promise.all(reads)) expect(answer).toMatchObject({ success: true });
  await drained;
});

test('an unsubscribe does not pass the subscribe that waits in line before it', async () => {
  const { history, open } = slowHistory();
  await using edge = await startEdge({ operations: { history } });
  const client = await edge.connected('ann');
  const reads = [ask(client, read), ask(client, read)];
  const groups = { groups: [group] };
  const moves = (['subscribe', 'unsubscribe'] as const).map((request_type) =>
    ask(client, { request_type, args: groups }),
  );
  await ask(client, message);
  open();
  await Promise.all([...reads, ...moves]);
  const operations = edge.calls.map(({ operation }) => operation);
  expect(operations.filter((name) => name.endsWith('subscribe'))).toEqual(['subscribe', 'unsubscribe']);
});

test('a drain does not wait for what a socket that is gone had in line', async () => {
  const { history } = slowHistory();
  const clock = new ManualClock();
  await using edge = await startEdge({ operations: { history }, clock });
  const client = await edge.connected('ann');
  for (let i = 0; i < 3; i += 1) client.emit('request', read);
  await ask(client, message);
  const drained = edge.gateway.drain(60_000);
  client.close();
  await eventually(() => expect(edge.hub.devices.size).toBe(0));
  await clock.advance(1000);
  await drained;
});

test('over HTTP a user with too many open reads is refused more of them, the service is not', async () => {
  const { asked, history, open } = slowHistory();
  await using edge = await startEdge({ operations: { history } });
  const get = (token: string) => edge.fetch('/v1/groups/g1/messages', { token });
  const refused: Response[] = [];
  const reads = Array.from({ length: readsOpenMax + 3 }, async () => {
    const answer = await get('user:ann');
    if (answer.status !== 200) refused.push(answer);
  });
  await eventually(() => expect(refused).toHaveLength(3));
  expect(await refused[0]?.json()).toMatchObject(refusal);
  expect(refused.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
    [429, '1'],
    [429, '1'],
    [429, '1'],
  ]);
  const service = [1, 2, 3].map(() => edge.fetch('/v1/groups/g1/messages'));
  await eventually(() => expect(asked).toEqual(['ann', 'ann', '$service', '$service', '$service']));
  open();
  for (const { status } of await Promise.all(service)) expect(status).toBe(200);
  await Promise.all(reads);
  expect(refused).toHaveLength(3);
});
