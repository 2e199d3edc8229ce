/** What the Redis user may do is proven by use: at boot, and while the engine runs. */
import { groupIdSchema } from '@plenum/protocol';
import {
  createCommand,
  eventually,
  feedListener,
  freshPrefix,
  messageDraft,
  type RedisServer,
  shippedRules,
  startOneShardCluster,
  startRedis,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clusterCommands, neededCommands, optionalCommands } from '../../src/rights/needed-commands.ts';
import { startEngine } from '../start-engine.ts';

const password = 'of-the-user';
const prefix = freshPrefix();
const rules = shippedRules({ password, prefix });
const ofCluster = clusterCommands.map(([name]) => name);

let server: RedisServer;
let cluster: RedisServer;
let admin: Redis;
let clusterAdmin: Redis;
beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedis(), startOneShardCluster()]);
  [admin, clusterAdmin] = [new Redis(server.url), new Redis(cluster.url)];
});
afterAll(async () => {
  for (const client of [admin, clusterAdmin]) client.disconnect();
  await Promise.all([server.stop(), cluster.stop()]);
});

/** The shipped user with other rules behind its own. @returns its URL */
async function userWith(
  more: readonly string[],
  { of = admin, at = server, from = rules } = {},
): Promise<string> {
  const name = `user-${performance.now()}`;
  await of.call('ACL', 'SETUSER', name, ...from, ...more);
  return `redis://${name}:${password}@127.0.0.1:${at.port}`;
}

const bootError = async (url: string): Promise<string> => {
  try {
    await using _ = await startEngine({ url, prefix });
    return 'it booted';
  } catch (error) {
    return String(error);
  }
};

const sentence = (what: string) =>
  `Error: The Redis user lacks ${what}: deploy/redis.acl has all that it needs.`;

test('the shipped user has what it takes', async () => {
  expect(await bootError(await userWith([]))).toBe('it booted');
  expect(await bootError(await userWith([], { of: clusterAdmin, at: cluster }))).toBe('it booted');
});

test.each(neededCommands.filter((name) => !ofCluster.includes(name)))(
  'a user without +%s is refused at boot by that name',
  async (name) => {
    expect(await bootError(await userWith([`-${name}`]))).toBe(sentence(`+${name}`));
  },
);

test.each([...ofCluster, 'spublish', 'unlink', 'eval', 'info'])(
  'a user without +%s on a master of a Cluster is refused at boot by that name',
  async (name) => {
    const url = await userWith([`-${name}`], { of: clusterAdmin, at: cluster });
    expect(await bootError(url)).toMatch(new RegExp(`The Redis user lacks \\+${name.replace('|', '\\|')}: `));
  },
);

test.each(optionalCommands)('a user without +%s is taken', async (name) => {
  expect(await bootError(await userWith([`-${name}`]))).toBe('it booted');
});

test.each([
  ['the channels of a natural pattern', [`&${prefix}:*`]],
  ['no channel at all', []],
  ['the channels of groups only', [`&${prefix}#/#*`]],
])('a user who may use %s is refused with the pattern that is lacking', async (_, channels) => {
  const url = await userWith(['resetchannels', ...channels]);
  expect(await bootError(url)).toBe(sentence(`the channels &${prefix}#*`));
});

test.each([
  ['no key at all', []],
  ['the keys of another prefix', [`~other:*`]],
  ['the keys of partitions only', [`~${prefix}:{*`]],
  ['its keys for reading only', [`%R~${prefix}:*`]],
])('a user who may use %s is refused with the pattern that is lacking', async (_, keys) => {
  const url = await userWith(['resetkeys', ...keys]);
  expect(await bootError(url)).toBe(sentence(`the keys ~${prefix}:*`));
});

test('everything that is lacking is named at once', async () => {
  const url = await userWith(['-spublish', '-hset', 'resetchannels']);
  expect(await bootError(url)).toBe(sentence(`+hset, +spublish, the channels &${prefix}#*`));
});

test('the trial of rights leaves nothing behind', async () => {
  const fresh = freshPrefix();
  const from = shippedRules({ password, prefix: fresh });
  for (const name of ['set', 'unlink', 'hdel', 'srem']) {
    await bootError(await userWith([`-${name}`], { from }));
  }
  await using _ = await startEngine({ url: await userWith([], { from }), prefix: fresh });
  expect(await admin.keys(`${fresh}:*rights*`)).toEqual([]);
});

const everySecond = { timeoutMs: 20_000, everyMs: 100 };

test.each([
  ['+spublish', ['-spublish'], ['+spublish']],
  ['+evalsha', ['-evalsha'], ['+evalsha']],
  ['its channels', ['resetchannels'], [`&${prefix}#*`]],
  ['its keys', ['resetkeys'], [`~${prefix}:*`]],
])(
  'an engine whose user loses %s says so, and is ready again when it has it back',
  async (lack, taken, given) => {
    const url = await userWith([]);
    const { username } = new URL(url);
    await using started = await startEngine({ url, prefix });
    const { engine } = started;
    const groupId = groupIdSchema.parse(`revoked-${username}`);
    const heard: number[] = [];
    engine.feeds.listen(feedListener({ onEntry: (_, { seq }) => heard.push(seq) }));
    await engine.feeds.open(groupId);
    await engine.groups.change(createCommand({ groupId, actor: 'owner' }));
    await admin.call('ACL', 'SETUSER', username, ...taken);
    await eventually(async () => {
      expect(await engine.health()).toMatchObject({
        isReady: false,
        notices: [expect.stringContaining(`The Redis user lacks ${lack.replace('its', 'the')}`)],
      });
    }, everySecond);
    await admin.call('ACL', 'SETUSER', username, ...given);
    await eventually(async () => expect((await engine.health()).isReady).toBe(true), everySecond);
    expect((await engine.health()).notices).toBeUndefined();
    await eventually(async () => {
      const sent = await engine.log.append(messageDraft({ groupId, sender: 'owner' }));
      const seq = sent.type === 'appended' ? sent.seq : 0;
      await eventually(() => expect(heard).toContain(seq), { timeoutMs: 500 });
    }, everySecond);
  },
);
