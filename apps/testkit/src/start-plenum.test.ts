import { createClient } from '@plenum/client';
import { ManualClock } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { startPlenum } from './start-plenum.ts';

const memory = { engine: 'memory' as const };

test('a user connects with the token of the node', async () => {
  await using node = await startPlenum(memory);
  const client = createClient({ url: node.url, token: () => node.token('ann') });
  await client.connect();
  expect(await client.create('room', 'public')).toMatchObject({ ok: true });
  client.close();
});

test('the clock of a test ends a mute', async () => {
  const clock = new ManualClock();
  await using node = await startPlenum({ ...memory, clock });
  const { groups, join, send } = node.plenum;
  await groups.create({ groupId: 'room', groupType: 'strict_private', creatorId: 'ann' });
  await join('room', 'bob');
  await groups.accept({ groupId: 'room', actorId: 'ann', userId: 'bob' });
  await groups.mute({ groupId: 'room', actorId: 'ann', userId: 'bob', forMs: 60_000 });
  expect(await send('room', 'bob', 'now')).toMatchObject({ failure: { code: 'muted' } });
  await clock.advance(60_000);
  expect(await send('room', 'bob', 'a minute later')).toMatchObject({ ok: true });
});

test('what cannot go together is refused with a sentence', async () => {
  await using alone = await startPlenum(memory);
  await expect(startPlenum({ beside: alone })).rejects.toThrow('is alone');
  await expect(startPlenum({ clock: new ManualClock() })).rejects.toThrow("engine: 'memory'");
  const refused = (options: object) => expect(startPlenum(options)).rejects;
  await refused({ engine: 'memroy' }).toThrow('engine must be redis or memory');
  await refused({ ...memory, gateway: { port: 3000 } }).toThrow('gateway is the choice of the test kit');
  await refused({ ...memory, mode: 'client' }).toThrow('mode is the choice of the test kit');
  await refused({ beside: {} }).toThrow('beside must be a node that startPlenum has started');
  await expect(startPlenum({ ...memory, redisUrl: 'redis://127.0.0.1:1', beside: alone })).rejects.toThrow();
});

test('closing twice is closing once', async () => {
  const node = await startPlenum(memory);
  await Promise.all([node.close(), node.close()]);
  await expect(fetch(`${node.url}/healthz`)).rejects.toThrow();
});
