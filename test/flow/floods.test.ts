/** An admin floods its own group by changes: what is stored and pushed stays bounded, and other users do not notice. */
import { setImmediate } from 'node:timers/promises';
import { freshPrefix, obtainRedisForTests, type RedisForTests } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import type { Device } from '../support/devices/device.ts';
import { tokenOf } from '../support/wire/http.ts';

const group_id = 'room:flooded';
const floodMs = 3000;
/** The defaults: a burst of 20 and 10 per second, and some room for a slow machine. */
const changesMax = () => 20 + (10 * floodMs) / 1000 + 15;

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

type Ask = (n: number) => { readonly request_type: string; readonly args: object };

const floods: Readonly<Record<string, Ask>> = {
  'bans of made-up users': (n) => ({
    request_type: 'ban_member',
    args: { group_id, user_id: `made-up-${n}`, reason: 'x'.repeat(500) },
  }),
  'updates with 4 KB of metadata': (n) => ({
    request_type: 'update_group',
    args: { group_id, metadata: { n, text: 'x'.repeat(4000) } },
  }),
  'mutes and unmutes': (n) => ({
    request_type: n % 2 === 0 ? 'mute_member' : 'unmute_member',
    args: { group_id, user_id: 'ann' },
  }),
};

/** Half of the frames that end a connection. */
const asksPerMs = 10;

/** Eight at a time for the time of the flood. @returns how often each code was answered */
async function flood(device: Device, ask: Ask): Promise<ReadonlyMap<string, number>> {
  const codes = new Map<string, number>();
  const startsAt = performance.now();
  let n = 0;
  const lane = async () => {
    while (performance.now() < startsAt + floodMs) {
      if (n > (performance.now() - startsAt) * asksPerMs) {
        await setImmediate();
        continue;
      }
      n += 1;
      const answer = await device.ask(ask(n));
      const code = answer.success ? 'done' : answer.code;
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return codes;
}

/** The keys of one prefix, and the memory that they take. */
async function storedUnder(prefix: string): Promise<{ readonly keys: number; readonly bytes: number }> {
  const client = new Redis(redis.adminUrl);
  try {
    const keys = await client.keys(`${prefix}:*`);
    const sizes = await Promise.all(keys.map((key) => client.memory('USAGE', key)));
    return { keys: keys.length, bytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0) };
  } finally {
    client.disconnect();
  }
}

async function startGroup(engine: (typeof engines)[number], prefix: string) {
  const at = engine === 'redis' ? { redisUrl: redis.url } : {};
  const service = await Service.start(engine, { ...at, prefix });
  const owner = await service.device('owner');
  await owner.must('create_group', { group_id, group_type: 'strict_private' });
  const ann = await service.device('ann');
  await ann.must('join_group', { group_id });
  const ben = await service.device('ben');
  await ben.must('join_group', { group_id });
  for (const user_id of ['ann', 'ben']) await owner.must('accept_member', { group_id, user_id });
  return { service, owner, ann, ben, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

describe.each(engines)('floods on %s', (engine) => {
  test.each(Object.entries(floods))(
    'a flood of %s is held to the rate of changes, and members get no more pushes than that',
    async (_, ask) => {
      const prefix = freshPrefix();
      await using scene = await startGroup(engine, prefix);
      const before = engine === 'redis' ? await storedUnder(prefix) : null;
      const codes = await flood(scene.owner, ask);
      const done = codes.get('done') ?? 0;
      expect(done).toBeGreaterThan(0);
      expect(done).toBeLessThan(changesMax());
      // How fast the flood is is the machine's affair.
      expect(codes.get('rate_limited')).toBeGreaterThan(0);
      expect(scene.ann.pushes('group_event').length).toBeLessThan(changesMax() + 5);
      if (before !== null) {
        const after = await storedUnder(prefix);
        expect(after.keys - before.keys).toBeLessThan(changesMax() + 10);
        expect(after.bytes - before.bytes).toBeLessThan(changesMax() * 12_000);
      }
      // The last change may have muted ann.
      expect(await scene.ben.send(group_id, 'still here')).toMatchObject({ success: true });
    },
  );

  test('the same over REST is answered 429 with a time to wait, and the service is not held up', async () => {
    await using scene = await startGroup(engine, freshPrefix());
    const token = await tokenOf('owner');
    const ban = (user: string, call: object) =>
      scene.service.rest('POST', `/v1/groups/${group_id}/members/${user}/ban`, { body: {}, ...call });
    const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => ban(`made-up-${n}`, { token })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(10);
    for (const { body } of refused) {
      expect(body).toMatchObject({ code: 'rate_limited', retry_after_ms: expect.any(Number) });
      expect(Number(body['retry_after_ms'])).toBeGreaterThanOrEqual(1);
    }
    const byService = await Promise.all(Array.from({ length: 40 }, (_, n) => ban(`by-service-${n}`, {})));
    expect(new Set(byService.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test('every refusal of a banned user has the end of the ban, by socket and REST', async () => {
    await using scene = await startGroup(engine, freshPrefix());
    const until = await scene.owner.must('ban_member', { group_id, user_id: 'ann', for_ms: 3_600_000 });
    const details = { banned_until: until['banned_until'] };
    for (const [request_type, args] of [
      ['join_group', { group_id }],
      ['relay_msg', { group_id, message: 'hello' }],
      ['history', { group_id }],
      ['list_members', { group_id }],
      ['presence', { group_id }],
      ['typing', { group_id }],
      ['mark_read', { group_id, seq: 1 }],
    ] as const) {
      expect(await scene.ann.ask({ request_type, args })).toMatchObject({ code: 'banned', details });
    }
    expect(await scene.ann.must('subscribe', { groups: [{ group_id }] })).toMatchObject({
      groups: [{ code: 'banned', ...details }],
    });
    const token = await tokenOf('ann');
    for (const [method, path] of [
      ['GET', `/v1/groups/${group_id}/messages`],
      ['GET', `/v1/groups/${group_id}/members`],
      ['PUT', `/v1/groups/${group_id}/members/ann`],
    ] as const) {
      expect(await scene.service.rest(method, path, { token })).toMatchObject({
        status: 403,
        body: { code: 'banned', details },
      });
    }
  });
});
