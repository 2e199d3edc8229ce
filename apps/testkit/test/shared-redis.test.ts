/** Nodes of a test on Redis: clusters that do not see each other, and nodes of one that do. */
import { createClient } from '@plenum/client';
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { startPlenum } from '../src/start-plenum.ts';

test('two nodes of a cluster share groups and tokens, and outlive the one that was first', async () => {
  const first = await startPlenum();
  await using second = await startPlenum({ beside: first });
  await first.plenum.groups.create({ groupId: 'room', groupType: 'public', creatorId: 'ann' });
  const client = createClient({ url: second.url, token: () => first.token('bob') });
  const heard: (string | undefined)[] = [];
  client.on('message', ({ message }) => heard.push(message));
  await client.connect();
  await client.join('room', { ensure: true });
  await first.plenum.send('room', 'ann', 'hello');
  await eventually(() => expect(heard).toEqual(['hello']));
  await first.close();
  expect(await second.plenum.send('room', 'ann', 'still here')).toMatchObject({ ok: true });
  client.close();
});

test('a node beside another one takes the tokens that were signed with its secret', async () => {
  await using first = await startPlenum({ jwtSecret: 'a-secret-of-at-least-32-characters' });
  await using second = await startPlenum({ beside: first });
  const client = createClient({ url: second.url, token: await first.token('bob') });
  expect(await client.connect()).toBe(true);
  client.close();
});

test('two calls are two clusters', async () => {
  await using one = await startPlenum();
  await using other = await startPlenum();
  expect(one.prefix).not.toBe(other.prefix);
  await one.plenum.groups.create({ groupId: 'room', groupType: 'public', creatorId: 'ann' });
  expect(await other.plenum.send('room', 'ann', 'hello')).toMatchObject({
    failure: { code: 'group_not_found' },
  });
});

test('a given Redis is used and left', async () => {
  await using one = await startPlenum();
  const redisUrl = one.redisUrl ?? '';
  await using other = await startPlenum({ redisUrl });
  expect(other.redisUrl).toBe(redisUrl);
  await other.close();
  expect(
    await one.plenum.groups.create({ groupId: 'g', groupType: 'public', creatorId: 'ann' }),
  ).toMatchObject({
    ok: true,
  });
});
