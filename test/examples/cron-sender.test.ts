/** The example `cron-sender`: one message per run, and a second run at once sends no second one. */
import { type RedisServer, startRedis } from '@plenum/testkit';
import { createPlenum } from 'plenum';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startExample } from './example-process.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

test('a run sends the message, and its exit code says whether it is in the log', async () => {
  const environment = { REDIS_URL: redis.serviceUrl };
  await using first = startExample('cron-sender', { environment });
  const [, seq = ''] = await first.until(/sent as \S+, seq (\d+)/);
  expect(await first.ended).toBe(0);
  await using second = startExample('cron-sender', { environment });
  // In the same minute the message has the same id; in the next one it is another message.
  const [, again = ''] = await second.until(/sent as \S+, seq (\d+)/);
  expect([Number(seq), Number(seq) + 1]).toContain(Number(again));
  const plenum = await createPlenum({ redisUrl: redis.serviceUrl, mode: 'client' });
  expect(await plenum.messages.history({ groupId: 'reports', limit: 1 })).toMatchObject({
    result: { entries: [{ from_user_id: 'reporter', message: 'the nightly report is ready' }] },
  });
  expect(await plenum.join('reports', 'ann')).toMatchObject({ ok: true });
  expect(await plenum.send('reports', 'ann', 'me too')).toMatchObject({
    failure: { code: 'posting_restricted' },
  });
  await plenum.close();
});

test('a group of others refuses the sender, and the run says so', async () => {
  const plenum = await createPlenum({ redisUrl: redis.serviceUrl, mode: 'client', prefix: 'plenum' });
  await plenum.groups.delete({ groupId: 'reports' });
  await plenum.groups.create({ groupId: 'reports', groupType: 'private', creatorId: 'ann' });
  await plenum.close();
  await using run = startExample('cron-sender', { environment: { REDIS_URL: redis.serviceUrl } });
  await run.until(/not_a_member: /);
  expect(await run.ended).toBe(1);
});
