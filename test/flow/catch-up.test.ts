/** Coming back with much to catch up with is no reason to be cut: a device that reads gets all of it on one connection. */
import { eventually, startFaultProxy } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import { Follower } from '../support/devices/follower.ts';
import { GroupScene } from '../support/rules/group-scene.ts';

const engineSettings = {
  ratePerSec: 1e6,
  rateBurst: 1e6,
  membershipRatePerSec: 1e6,
  membershipRateBurst: 1e6,
};
const patient = { timeoutMs: 20_000 };
/** More than enough for a node to read all that is missing. */
const stallMs = 500;

test.each(engines)(
  'a device that was away from 60 groups gets all on one connection, also on a slow link (%s)',
  async (engine) => {
    await using service = await Service.start(engine, { engineSettings });
    await using proxy = await startFaultProxy({ targetPort: Number(new URL(service.url).port) });
    const scenes = await Promise.all(
      Array.from({ length: 60 }, () => new GroupScene(service).create('public')),
    );
    const ann = await Follower.connect('ann', `http://127.0.0.1:${proxy.port}`);
    for (const { groupId } of scenes) await ann.enter(groupId, 'join_group');
    ann.away();
    const text = '~'.repeat(4000);
    for (let i = 0; i < 100; i += 1) await Promise.all(scenes.map((scene) => scene.sent('owner', text)));
    ann.device.socket.once('connect', () => proxy.pauseDownstream());
    await ann.back();
    let cuts = 0;
    ann.device.socket.on('disconnect', () => {
      cuts += 1;
    });
    await new Promise((resolve) => setTimeout(resolve, stallMs));
    proxy.resumeDownstream();
    await eventually(() => {
      for (const { groupId } of scenes) expect(ann.entriesOf(groupId)).toHaveLength(101);
    }, patient);
    expect(cuts).toBe(0);
    ann.away();
  },
);
