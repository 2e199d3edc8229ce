import { eventually, freshPrefix, obtainRedisForTests, type RedisForTests } from '@plenum/testkit';
import { createPlenum } from 'plenum';
import { afterAll, beforeAll, expect, test } from 'vitest';

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

test('what a client-mode process sends reaches a listener in another process of the same prefix, and no other', async () => {
  const place = { redisUrl: redis.url, prefix: freshPrefix() };
  const sender = await createPlenum({ ...place, mode: 'client' });
  const listening = await createPlenum(place);
  const elsewhere = await createPlenum({ ...place, prefix: freshPrefix() });
  await sender.groups.create({ groupId: 'g', groupType: 'public', creatorId: 'ada' });
  const heard: string[] = [];
  expect(await listening.subscribe('g', { onMessage: ({ message }) => heard.push(message) })).toMatchObject({
    ok: true,
  });
  await sender.send('g', 'ada', 'hello');
  await eventually(() => expect(heard).toEqual(['hello']));
  expect(await elsewhere.groups.info({ groupId: 'g' })).toMatchObject({
    failure: { code: 'group_not_found' },
  });
  for (const plenum of [sender, listening, elsewhere]) await plenum.close();
});
