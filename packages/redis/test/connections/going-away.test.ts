/** Redis goes away, or the engine is closed, in the middle of everything: every promise is caught. */
import { type Caller, createCore, type Device, type FanOut, systemClock } from '@plenum/core';
import { groupIdSchema, type UserId, userIdSchema } from '@plenum/protocol';
import { type FaultProxy, type RedisServer, startFaultProxy, startRedis } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EngineUnderTest, keepingLogger, startEngine } from '../start-engine.ts';

/** Long enough for a start on a busy machine; what is asked of a Redis that is gone waits for it. */
const settings = { requestTimeoutMs: 1000, ratePerSec: 1e6, rateBurst: 1e6 };
const free = { membershipRatePerSec: 1e6, membershipRateBurst: 1e6 };
const groupIds = Array.from({ length: 8 }, (_, i) => groupIdSchema.parse(`g${i}`));

const uncaught: unknown[] = [];
const note = (reason: unknown) => void uncaught.push(reason);

let redis: RedisServer;
let proxy: FaultProxy;
beforeAll(async () => {
  process.on('unhandledRejection', note);
  redis = await startRedis();
  proxy = await startFaultProxy({ targetPort: redis.port });
});
afterAll(async () => {
  process.off('unhandledRejection', note);
  await proxy.stop();
  await redis.stop();
});

const silent: FanOut = {
  deliver: () => {},
  push: () => {},
  deliverVolatile: () => {},
  whenWritten: () => {},
  written: async () => {},
  seal: () => {},
};
const deviceOf = (userId: UserId): Device => ({
  id: `device of ${userId}`,
  userId,
  isAuto: true,
  push: () => {},
  drained: async () => {},
});

let requests = 0;
function callerOf(device: Device): Caller {
  requests += 1;
  return { actor: device.userId, requestId: `r${requests}`, isServerMadeId: false, device };
}

/** Everything that a node does, at once; nothing of it has ended when this returns. */
function begin({ engine }: EngineUnderTest, round: number) {
  const core = createCore({
    engine,
    fanOut: silent,
    clock: systemClock,
    logger: keepingLogger(),
    nodeId: `node-${round}`,
  });
  core.start();
  const users = groupIds.map((_, i) => deviceOf(userIdSchema.parse(`u${round}-${i}`)));
  const { operations, feeds } = core;
  // A device keeps trying until its node stops.
  const connecting = users.map((user) => feeds.connect(user, []));
  const asked = users.flatMap((user, i) => {
    const group_id = groupIds[i] ?? groupIds[0] ?? groupIdSchema.parse('g');
    return [
      operations.create_group(callerOf(user), { group_id, group_type: 'public' }),
      operations.join_group(callerOf(user), { group_id }),
      operations.subscribe(callerOf(user), { groups: groupIds.map((id) => ({ group_id: id })) }),
      operations.relay_msg(callerOf(user), { group_id, message: 'hello' }),
      operations.mute_member(callerOf(user), { group_id, user_id: userIdSchema.parse('nobody') }),
      operations.list_groups(callerOf(user), { limit: 10 }),
      operations.leave_group(callerOf(user), { group_id }),
      engine.health(),
      engine.agreeOn(`name ${i}`, 'offer'),
    ];
  });
  feeds.onAuditNeeded();
  const answered = Promise.allSettled<unknown>(asked);
  return { core, answered, ended: Promise.allSettled<unknown>([...connecting, answered]) };
}

const turns = async (count: number) => {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
};

test.each([0, 1, 3, 10, 30, 100])('the engine is closed %i turns after everything began', async (count) => {
  const started = await startEngine({ url: proxy.url, settings: { ...settings, ...free } });
  const { core, ended } = begin(started, count);
  await turns(count);
  core.stop();
  await started.engine.close();
  await ended;
  expect(uncaught).toEqual([]);
});

test.each([0, 1, 3, 10, 30, 100])(
  'every link breaks %i turns after everything began, and then it is closed',
  async (count) => {
    const started = await startEngine({ url: proxy.url, settings: { ...settings, ...free } });
    const { core, answered, ended } = begin(started, 1000 + count);
    await turns(count);
    proxy.refuse(true);
    proxy.cutAll();
    await turns(count);
    core.feeds.onAuditNeeded();
    const later = begin(started, 2000 + count);
    await Promise.all([answered, later.answered]);
    for (const one of [core, later.core]) one.stop();
    await started.engine.close();
    proxy.refuse(false);
    await Promise.all([ended, later.ended]);
    expect(uncaught).toEqual([]);
  },
);
