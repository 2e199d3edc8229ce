/** The example `moderation-service`: a node asks it before it stores a message. */
import { freePort, type RedisServer, startRedis } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Device } from '../support/devices/device.ts';
import { startExample, urlOf } from './example-process.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

test('what the service does not allow is refused with its reason', async () => {
  await using service = startExample('moderation-service');
  const url = await urlOf(service);
  const port = await freePort();
  await using node = startExample('moderation-service', {
    command: 1,
    environment: {
      REDIS_URL: redis.serviceUrl,
      PLENUM_MODERATION_URL: url,
      PORT: String(port),
    },
  });
  const at = `http://127.0.0.1:${port}`;
  const status = () =>
    fetch(`${at}/readyz`).then(
      (answer) => answer.status,
      () => 0,
    );
  await expect.poll(status, { timeout: 30_000 }).toBe(200);
  const tokenOf = async (user_id: string): Promise<string> => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ user_id });
    const answer = await fetch(`${at}/v1/dev/token`, { method: 'POST', headers, body });
    const { token }: { token: string } = JSON.parse(await answer.text());
    return token;
  };
  await using guest = await new Device(at, await tokenOf('guest-1')).connected();
  await guest.must('create_group', { group_id: 'hall', group_type: 'public' });
  expect(await guest.send('hall', 'hello')).toMatchObject({ success: true });
  expect(await guest.send('hall', 'buy at https://spam.example')).toMatchObject({
    code: 'moderation_blocked',
    details: { reason: 'guests may not post links' },
  });
  await using ann = await new Device(at, await tokenOf('ann')).connected();
  await ann.must('join_group', { group_id: 'hall' });
  expect(await ann.send('hall', 'see https://docs.example')).toMatchObject({ success: true });
  const unsigned = JSON.stringify({ type: 'message.proposed', data: { message: 'x', from_user_id: 'ann' } });
  expect((await fetch(url, { method: 'POST', body: unsigned })).status).toBe(401);
  service.signal('SIGTERM');
  await service.ended;
  expect(await ann.send('hall', 'is it away?')).toMatchObject({ code: 'unavailable', can_retry: true });
  expect(node.output).not.toContain('is it away?');
});
