/** The secret of users' tokens is replaced while the cluster serves: node by node, and no connected client notices. */
import { randomBytes } from 'node:crypto';
import { issueJwt } from '@plenum/adapters';
import { userIdSchema } from '@plenum/protocol';
import { startRedis } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { ServedNode } from '../support/cluster/served-node.ts';
import { Device } from '../support/devices/device.ts';

const [oldSecret, newSecret] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
const tokenBy = (secret: string, userId: string) =>
  issueJwt({ secret, userId: userIdSchema.parse(userId), expiresInSec: 3600 });

async function isTaken(node: ServedNode, secret: string): Promise<boolean> {
  const { status } = await node.rest('GET', '/v1/users/ann/groups', { token: await tokenBy(secret, 'ann') });
  return status === 200;
}

test('a secret is replaced in three rounds over two nodes while a client stays connected', async () => {
  await using redis = await startRedis();
  const start = (secrets: string) =>
    ServedNode.start('given', { REDIS_URL: redis.serviceUrl, PLENUM_JWT_SECRET: secrets });
  await using kept = await start(oldSecret);
  await using ann = await new Device(kept.url, await tokenBy(oldSecret, 'ann'), {
    reconnection: false,
  }).connected();
  await ann.must('create_group', { group_id: 'g', group_type: 'public' });

  const rounds = [
    { secrets: oldSecret, taken: [true, false] },
    { secrets: `${oldSecret},${newSecret}`, taken: [true, true] },
    { secrets: `${newSecret},${oldSecret}`, taken: [true, true] },
    { secrets: newSecret, taken: [false, true] },
  ];
  for (const [index, { secrets, taken }] of rounds.entries()) {
    await using node = await start(secrets);
    expect([await isTaken(node, oldSecret), await isTaken(node, newSecret)]).toEqual(taken);
    const signing = secrets.startsWith(newSecret) ? newSecret : oldSecret;
    await using ben = await new Device(node.url, await tokenBy(signing, 'ben'), {
      reconnection: false,
    }).connected();
    if (index === 0) await ben.must('join_group', { group_id: 'g' });
    await ben.must('relay_msg', { group_id: 'g', message: `round ${index}` });
    await ann.until('relay_message', { result: { message: `round ${index}` } });
  }
  expect(ann.socket.connected).toBe(true);
});

test('a text with a comma that is no list of long secrets is refused, and not quoted', async () => {
  await expect(ServedNode.start('memory', { PLENUM_JWT_SECRET: `${oldSecret},hunter2` })).rejects.toThrow(
    'PLENUM_JWT_SECRET must be at least 32 bytes long, each of the 2 that commas separate',
  );
});
