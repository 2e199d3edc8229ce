/** No message, token or secret is in any line of the log, at the level with the most lines, in any failure. */
import { startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { ServedNode } from '../support/cluster/served-node.ts';
import { engines } from '../support/cluster/service.ts';
import { Device } from '../support/devices/device.ts';
import { forgedTokens } from '../support/wire/forged-tokens.ts';
import { adminToken, jwtSecret, tokenOf } from '../support/wire/http.ts';
import { RawConnection } from '../support/wire/raw-connection.ts';

const marker = 'MARKER-of-what-must-not-be-logged';
const levels = ['trace', 'debug'] as const;

/** Texts of users in every place where one can stand, and in requests that fail in every way. */
async function useEverything(node: ServedNode): Promise<void> {
  await using device = await node.device('ann');
  await device.must('create_group', { group_id: 'g', group_type: 'private', metadata: { m: marker } });
  await device.must('relay_msg', { group_id: 'g', message: marker });
  await device.until('relay_message', { result: { message: marker } });
  await device.must('history', { group_id: 'g' });
  await device.send('nowhere', marker);
  await device.send('g', `${marker}\ud83d`);
  await device.request('kick_member', { group_id: 'g', user_id: 'bob', reason: marker });
  await device.request('relay_msg', { group_id: 'g', message: [marker] });
  await device.ask({ request_type: marker, args: { message: marker } });
  await device.socket.emitWithAck(marker, { message: marker });
  await device.ask(marker);
  const body = { from_user_id: 'ann', message: marker };
  await node.rest('POST', '/v1/groups/g/messages', { body });
  await node.rest('POST', '/v1/groups/g/messages', { body: `{"message":"${marker}` });
  await node.rest('POST', '/v1/groups/g/messages', { body, headers: { 'content-type': 'text/plain' } });
  await node.rest('GET', `/v1/nothing?token=${marker}`);
  await node.rest('GET', `/v1/groups/g?token=${marker}`);
  await node.rest('GET', '/v1/groups/g', { token: marker });
}

async function knockWithBadTokens(node: ServedNode): Promise<string[]> {
  const tokens = [marker, await tokenOf('ann', -10), ...forgedTokens.slice(0, 6).map(([, token]) => token)];
  for (const token of tokens) {
    await using device = new Device(node.url, token, { reconnection: false });
    await device.connected().catch(() => {});
    await node.rest('GET', '/v1/groups/g', { token });
  }
  using raw = await RawConnection.open(node.url);
  raw.write(`nonsense ${marker}\r\n\r\n`);
  await raw.closed();
  return tokens;
}

const expectSilent = ({ output }: { readonly output: string }, secrets: readonly string[]): void => {
  for (const secret of [marker, adminToken, jwtSecret, ...secrets]) expect(output).not.toContain(secret);
};

for (const level of levels) {
  test.each(engines)(`nothing of it is in the log of %s at level ${level}`, async (engine) => {
    await using node = await ServedNode.start(engine, { PLENUM_LOG_LEVEL: level });
    await useEverything(node);
    const tokens = await knockWithBadTokens(node);
    const own = await tokenOf('ann');
    node.command.signal('SIGTERM');
    await node.command.ended;
    expectSilent(node.command, [...tokens, own.slice(0, own.lastIndexOf('.'))]);
  });
}

test('nothing of it is in the log when Redis fails and its values are spoilt', async () => {
  await using redis = await startRedis({ args: ['--requirepass', 'pass-of-redis'], users: null });
  const url = `redis://:pass-of-redis@127.0.0.1:${redis.port}`;
  await using node = await ServedNode.start('memory', { PLENUM_LOG_LEVEL: 'trace', REDIS_URL: url });
  await using device = await node.device('ann');
  await device.must('create_group', { group_id: 'g', group_type: 'public' });
  const admin = new Redis(url);
  const [key = ''] = await admin.keys('*:group:g');
  await admin.set(key, marker);
  expect(await device.send('g', marker)).toMatchObject({ code: 'internal' });
  await admin.quit();
  await redis.kill();
  expect(await device.send('g', marker)).toMatchObject({ success: false, can_retry: true });
  node.command.signal('SIGTERM');
  await node.command.ended;
  expect(node.command.output).toContain('bug: a request failed');
  expectSilent(node.command, ['pass-of-redis']);
});
