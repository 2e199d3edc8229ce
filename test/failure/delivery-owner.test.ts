/** Owners that die, stand still, come and go while what their partitions owe is delivered; the checker judges all of it. */
import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdapterSides } from '../support/adapters/adapter-sides.ts';
import { DeliveryScene, deliveryTraffic, leaseTtlMs } from '../support/adapters/delivery-scene.ts';
import { expectNothingBuried } from '../support/adapters/served-adapters.ts';
import { ChangingNodes } from '../support/cluster/changing-nodes.ts';
import type { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { LeaseWatch } from '../support/cluster/lease-watch.ts';

const names = (group: string) => ['ann', 'bob', 'cleo'].map((name) => `${name}-${group}`);

describe('with three nodes', () => {
  let scene: DeliveryScene;
  beforeAll(async () => {
    scene = await DeliveryScene.start({ notifier: 'webhook' });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  /** Members at work, and deliveries that take their time. @returns the id of the node to which something was done */
  async function midRound(
    traffic: CheckedTraffic,
    groupId: string,
    act: (pid: number) => void,
  ): Promise<string> {
    const members = await traffic.group(groupId, names(groupId));
    scene.sides.receiver.mood = 'slow';
    traffic.keepSending(members, groupId, { everyMs: 10 });
    return scene.midRound(groupId, act);
  }

  test.each([0.5, 1.5, 3])(
    'an owner that stops for %d TTLs and wakes loses nothing and makes no commit of another',
    async (ttls) => {
      await using traffic = scene.traffic();
      let owner = 0;
      const nodeId = await midRound(traffic, `still-${ttls * 10}`, (pid) => {
        owner = pid;
        process.kill(pid, 'SIGSTOP');
      });
      await wait(ttls * leaseTtlMs);
      process.kill(owner, 'SIGCONT');
      scene.sides.receiver.mood = 'well';
      await traffic.until(100);
      await traffic.expectSound();
      await expectNothingBuried(scene.cluster.url);
      // What it wanted to commit when it woke was refused.
      if (ttls > 1) await eventually(() => expect(scene.watch.refusedTo(nodeId)).not.toEqual([]));
    },
  );

  // The last one: the cluster starts another node in its place, which this process does not know.
  test('what a killed owner has not committed its successor delivers', async () => {
    await using traffic = scene.traffic();
    await midRound(traffic, 'killed', (pid) => process.kill(pid, 'SIGKILL'));
    scene.sides.receiver.mood = 'well';
    await traffic.until(100);
    await traffic.expectSound();
    await expectNothingBuried(scene.cluster.url);
  });
});

test('from one node to five to two, under load, all is delivered in order and by its owner only', async () => {
  await using sides = await AdapterSides.start({ notifier: 'webhook' });
  const environment = {
    PLENUM_LEASE_TTL_MS: String(leaseTtlMs),
    PLENUM_RATE_PER_SEC: '10000',
    PLENUM_RATE_BURST: '10000',
  };
  await using nodes = await ChangingNodes.start({ ...environment, ...sides.environment });
  using watch = await LeaseWatch.open(nodes.redis.url);
  const leaving = ['SIGKILL', 'SIGTERM', 'SIGKILL'] as const;
  await nodes.add();
  await using traffic = deliveryTraffic({ url: nodes.url, sides, watch }, 0);
  for (const group of ['red', 'blue', 'green']) {
    traffic.keepSending(await traffic.group(group, names(group)), group, { everyMs: 60 });
  }
  while (nodes.size < 5) {
    await nodes.add();
    await traffic.until(50);
  }
  for (const signal of leaving) {
    await nodes.end(signal);
    await traffic.until(100);
  }
  await traffic.expectSound();
  await expectNothingBuried(nodes.url);
  expect(new Set(watch.events.map(({ nodeId }) => nodeId)).size).toBe(5);
});
