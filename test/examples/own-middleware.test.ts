/** The example `own-middleware`: a step that refuses capitals, and a request of its own. */
import { eventually, type RedisServer, startRedis } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Device } from '../support/devices/device.ts';
import { startExample, urlOf } from './example-process.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

test('capitals are refused with a reason, and a roll of the dice is a message of the user', async () => {
  await using example = startExample('own-middleware', { environment: { REDIS_URL: redis.serviceUrl } });
  const url = await urlOf(example);
  const [, token = ''] = await example.until(/token of ann: (\S+)/);
  await using ann = await new Device(url, token).connected();
  await ann.must('create_group', { group_id: 'games', group_type: 'public' });
  expect(await ann.send('games', 'hello')).toMatchObject({ success: true });
  expect(await ann.send('games', 'HELLO')).toMatchObject({
    code: 'moderation_blocked',
    details: { reason: 'no shouting, please' },
  });
  const { rolled } = await ann.must('roll_dice', { group_id: 'games', sides: 20 });
  await eventually(() =>
    expect(ann.messages('games').map(({ message }) => message)).toEqual(['hello', `rolled ${rolled} of 20`]),
  );
  expect(await ann.request('roll_dice', { group_id: 'games', sides: 1 })).toMatchObject({
    code: 'invalid_args',
  });
  expect(await ann.request('roll_dice', { group_id: 'others' })).toMatchObject({ code: 'group_not_found' });
});
