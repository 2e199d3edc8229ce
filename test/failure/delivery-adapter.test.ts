/** Adapters of real nodes that hang, throw, answer nonsense or too late, refuse and are down; the checker judges all of it. */
import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Kind, Mood } from '../support/adapters/adapter-desk.ts';
import { adapterOutage } from '../support/adapters/adapter-outage.ts';
import { callsLetThrough } from '../support/adapters/breaker-bound.ts';
import { DeliveryScene } from '../support/adapters/delivery-scene.ts';
import { expectBounded } from '../support/adapters/outage-bounds.ts';
import { deadLettersOf, expectNothingBuried } from '../support/adapters/served-adapters.ts';

const names = (group: string) => ['ann', 'bob', 'cleo'].map((name) => `${name}-${group}`);
const colours = ['red', 'green', 'blue'];
/** With these a breaker opens. */
const failedCalls = 5;
const patience = { timeoutMs: 60_000, everyMs: 50 };

// Each has a cluster of its own, and waits most of the time: they run side by side.
describe.concurrent('adapters that are code of the nodes', () => {
  let scene: DeliveryScene;
  beforeAll(async () => {
    scene = await DeliveryScene.start({ notifier: 'own' });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  async function untilFailed(kind: Kind, mood: Mood, callsBefore: number): Promise<void> {
    const failed = () => scene.sides.desk.callsIn(kind, mood).length - callsBefore;
    await eventually(() => expect(failed()).toBeGreaterThanOrEqual(failedCalls), patience);
  }

  test.sequential.each<readonly [Mood, Mood]>([
    ['throwing', 'hanging'],
    ['garbled', 'late'],
    ['late', 'throwing'],
    ['hanging', 'garbled'],
  ])(
    'an archive that is %s and a notifier that is %s lose and bury nothing and keep the order',
    async (archive, notifier) => {
      const { desk } = scene.sides;
      let faultMs = 0;
      await using traffic = scene.traffic(() => callsLetThrough(faultMs, colours.length));
      for (const colour of colours) {
        const group = `${archive}-${colour}`;
        traffic.keepSending(await traffic.group(group, names(group)), group, { everyMs: 100 });
      }
      await traffic.until(60);
      const before = {
        archive: desk.callsIn('archive', archive).length,
        notifier: desk.callsIn('notifier', notifier).length,
      };
      const beganMs = performance.now();
      desk.set('archive', archive);
      desk.set('notifier', notifier);
      await Promise.all([
        untilFailed('archive', archive, before.archive),
        untilFailed('notifier', notifier, before.notifier),
      ]);
      await traffic.until(60);
      desk.set('archive', 'well');
      desk.set('notifier', 'well');
      faultMs = performance.now() - beganMs;
      await traffic.until(60);
      await traffic.expectSound();
      await expectNothingBuried(scene.cluster.url);
      expect(traffic.failures).toEqual([]);
    },
  );

  test.sequential('a message that both adapters refuse is a dead letter of each; the others pass it in order', async () => {
    const { desk } = scene.sides;
    await using traffic = scene.traffic();
    const members = await traffic.group('picky', names('picky'));
    const [first] = members;
    if (first === undefined) throw new Error('a group has members');
    desk.set('archive', 'slow');
    desk.refused.add('refuse this');
    traffic.keepSending(members, 'picky', { everyMs: 40 });
    await traffic.until(60);
    await traffic.sendUntilAcked(first, 'picky', 'refuse this');
    await traffic.until(60);
    desk.set('archive', 'well');
    await traffic.expectSound();
    const letters = await deadLettersOf(scene.cluster.url);
    expect(letters).toHaveLength(2);
    const refused = { message: 'refuse this', group_id: 'picky' };
    expect(letters).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({
          kind: 'archive',
          reason: 'refused by the test',
          entry: expect.objectContaining(refused),
        }),
        expect.objectContaining({
          kind: 'notifier',
          reason: 'refused by the test',
          entry: expect.objectContaining(refused),
        }),
      ]),
    );
    expect(Math.max(...desk.callsIn('archive', 'slow').map(({ entries }) => entries))).toBeGreaterThan(1);
  });
});

describe.concurrent('an archive that throws and a webhook that hangs', () => {
  test('for half a minute cost few calls, no memory and no send, until a room is full', async () => {
    const environment = { PLENUM_ROOM_QUEUE_LIMIT: '500', DESK_WEIGHS: 'yes' };
    await using scene = await DeliveryScene.start({ notifier: 'webhook' }, { environment });
    await using traffic = scene.traffic();
    expectBounded(await adapterOutage(scene, traffic, { forMs: 30_000, webhook: 'hanging' }));
    await traffic.expectSound(patience);
    await expectNothingBuried(scene.cluster.url);
  });
});
