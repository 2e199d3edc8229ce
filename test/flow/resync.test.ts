/** A device whose position the log does not continue gets `resync` with a reason, and misses nothing from then on. */
import { eventually, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { type EngineName, engines, Service } from '../support/cluster/service.ts';
import { Follower } from '../support/devices/follower.ts';
import { GroupScene } from '../support/rules/group-scene.ts';

const free = { ratePerSec: 1e6, rateBurst: 1e6, membershipRatePerSec: 1e6, membershipRateBurst: 1e6 };
const sentAtOnce = 50;

/** Ann is a member of a group and was away while `meanwhile` happened. */
async function awayWhile(
  engine: EngineName,
  meanwhile: (scene: GroupScene, ann: Follower) => Promise<unknown>,
  settings: object = {},
) {
  const service = await Service.start(engine, { engineSettings: { ...free, ...settings } });
  const scene = await new GroupScene(service).create('public');
  const ann = await Follower.connect(scene.user('ann'), service.url);
  await ann.enter(scene.groupId, 'join_group');
  await scene.sent('owner', 'before');
  await eventually(() => expect(ann.entriesOf(scene.groupId)).toHaveLength(2));
  ann.away();
  await meanwhile(scene, ann);
  await ann.back();
  await eventually(() => expect(ann.reasonsOf(scene.groupId)).not.toEqual([]));
  return {
    ann,
    scene,
    reasons: ann.reasonsOf(scene.groupId),
    [Symbol.asyncDispose]: async () => {
      ann.away();
      await service[Symbol.asyncDispose]();
    },
  };
}

async function sendMany(scene: GroupScene, count: number): Promise<void> {
  for (let i = 0; i < count; i += sentAtOnce) {
    await Promise.all(Array.from({ length: sentAtOnce }, (_, k) => scene.sent('owner', `${i + k}`)));
  }
}

/** What is sent from now on comes directly after the position that the device got. */
async function expectAttached(ann: Follower, scene: GroupScene): Promise<void> {
  const had = ann.entriesOf(scene.groupId).length;
  const position = ann.positionIn(scene.groupId);
  await scene.sent('owner', 'after');
  await eventually(() => expect(ann.entriesOf(scene.groupId)).toHaveLength(had + 1));
  const last = ann.entriesOf(scene.groupId).at(-1);
  expect(last).toMatchObject({ message: 'after', epoch: position?.epoch, seq: (position?.seq ?? 0) + 1 });
}

describe.each(engines)('on %s', (engine) => {
  test('too_old: the log no longer reaches back to where it was', async () => {
    const settings = { historyMaxEntries: 50 };
    await using away = await awayWhile(engine, (scene) => sendMany(scene, 300), settings);
    expect(away.reasons).toEqual(['too_old']);
    await expectAttached(away.ann, away.scene);
  });

  test('too_far: it is 5,000 entries behind', async () => {
    await using away = await awayWhile(engine, (scene) => sendMany(scene, 5000));
    expect(away.reasons).toEqual(['too_far']);
    await expectAttached(away.ann, away.scene);
  });

  test('ahead: its position is beyond the end of the log', async () => {
    await using away = await awayWhile(engine, async ({ groupId }, ann) => {
      const { epoch = '', seq = 0 } = ann.positionIn(groupId) ?? {};
      ann.misplace(groupId, { epoch, seq: seq + 1 });
    });
    expect(away.reasons).toEqual(['ahead']);
    await expectAttached(away.ann, away.scene);
  });

  test.each(['leave', 'kick'] as const)('membership: it is a member again after a %s', async (end) => {
    await using away = await awayWhile(engine, async (scene) => {
      const { service, groupId } = scene;
      const userId = scene.user('ann');
      await service.plenum.groups[end]({ groupId, userId });
      await scene.sent('owner', 'without her');
      await scene.member('ann');
    });
    expect(away.reasons).toEqual(['membership']);
    await expectAttached(away.ann, away.scene);
  });

  test('epoch_changed: the group was deleted and created again, and it is a member of the new one', async () => {
    await using away = await awayWhile(engine, async (scene) => {
      await scene.service.plenum.groups.delete({ groupId: scene.groupId });
      await scene.create('public');
      await scene.member('ann');
      // Her position is one that the new log has too.
      for (const text of ['other', 'words', 'here']) await scene.sent('owner', text);
    });
    expect(away.reasons).toEqual(['epoch_changed']);
    await expectAttached(away.ann, away.scene);
  });

  test.each(['kick', 'delete'] as const)('not_a_member: its membership has ended by %s', async (end) => {
    await using away = await awayWhile(engine, async (scene) => {
      const { service, groupId } = scene;
      if (end === 'delete') await service.plenum.groups.delete({ groupId });
      else await service.plenum.groups.kick({ groupId, userId: scene.user('ann') });
    });
    expect(away.reasons).toEqual(['not_a_member']);
    expect(away.ann.positionIn(away.scene.groupId)).toBeNull();
  });
});

describe('a Redis that has lost everything', () => {
  /** The group is created again on an empty Redis, and `then` is done to it before Ann gets `resync`. */
  async function emptied(isAway: boolean, then: (scene: GroupScene) => Promise<unknown>) {
    await using redis = await startRedis();
    await using service = await Service.start('redis', { redisUrl: redis.serviceUrl, engineSettings: free });
    const scene = await new GroupScene(service).create('public');
    const ann = await Follower.connect(scene.user('ann'), service.url);
    await ann.enter(scene.groupId, 'join_group');
    if (isAway) ann.away();
    const admin = new Redis(redis.url);
    await admin.flushall();
    admin.disconnect();
    await scene.create('public');
    await then(scene);
    if (isAway) await ann.back();
    await eventually(() => expect(ann.reasonsOf(scene.groupId)).not.toEqual([]));
    const reasons = ann.reasonsOf(scene.groupId);
    if (ann.positionIn(scene.groupId) !== null) await expectAttached(ann, scene);
    ann.away();
    return reasons;
  }
  const isMemberAgain = (scene: GroupScene) => scene.member('ann');
  const isNone = async () => {};

  test('epoch_changed: who comes back is a member of the group that was created again', async () => {
    expect(await emptied(true, isMemberAgain)).toEqual(['epoch_changed']);
  });
  test('not_a_member: a returning user is in no group', async () => {
    expect(await emptied(true, isNone)).toEqual(['not_a_member']);
  });
  test('not_a_member: a user who stayed connected gets it when the group begins anew', async () => {
    expect(await emptied(false, isNone)).toEqual(['not_a_member']);
  });
});
