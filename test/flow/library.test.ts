import { eventually, freshPrefix, obtainRedisForTests, type RedisForTests } from '@plenum/testkit';
import { createPlenum } from 'plenum';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordingLogger } from '../support/cluster/recording-logger.ts';
import { Device } from '../support/devices/device.ts';
import { jwtSecret, tokenOf } from '../support/wire/http.ts';

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

test('what a client-mode process sends reaches listeners of the same prefix, and no others', async () => {
  const place = { redisUrl: redis.url, prefix: freshPrefix() };
  const sender = await createPlenum({ ...place, mode: 'client' });
  const listening = await createPlenum(place);
  const elsewhere = await createPlenum({ ...place, prefix: freshPrefix() });
  await sender.groups.create({ groupId: 'g', groupType: 'public', creatorId: 'ada' });
  const heard: string[] = [];
  expect(
    await listening.subscribe('g', { onMessage: ({ message }) => heard.push(String(message)) }),
  ).toMatchObject({
    ok: true,
  });
  await sender.send('g', 'ada', 'hello');
  await eventually(() => expect(heard).toEqual(['hello']));
  expect(await elsewhere.groups.info({ groupId: 'g' })).toMatchObject({
    failure: { code: 'group_not_found' },
  });
  for (const plenum of [sender, listening, elsewhere]) await plenum.close();
});

test.each([
  ['with an edge', { gateway: {} }],
  ['without', {}],
])('nodes of one process, %s, close without a word of complaint', async (_, edge) => {
  const { logger, lines } = recordingLogger();
  const place = { redisUrl: redis.url, prefix: freshPrefix(), jwtSecret, logger, ...edge };
  const nodes = [await createPlenum(place), await createPlenum(place), await createPlenum(place)];
  for (const [i, { groups, url }] of nodes.entries()) {
    await groups.create({ groupId: `g${i}`, groupType: 'public', creatorId: 'ann' });
    if (url !== null) await new Device(url, await tokenOf('ann'), { reconnection: false }).connected();
  }
  for (const node of nodes) await node.close();
  expect(lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
});

test('what a process did before it closes reaches the devices that it concerns', async () => {
  const place = { redisUrl: redis.url, prefix: freshPrefix() };
  const node = await createPlenum({ ...place, gateway: {}, jwtSecret });
  await using device = new Device(node.url ?? '', await tokenOf('ann'));
  await device.connected();
  await device.must('list_groups', {});
  const sender = await createPlenum({ ...place, mode: 'client' });
  await sender.groups.create({ groupId: 'g', groupType: 'public', creatorId: 'ann' });
  await sender.close();
  await device.until('membership', { group_id: 'g', type: 'created' });
  await node.close();
});
