/** Redis dies and comes back while what is owed to adapters is delivered; the checker judges all of it. */
import { test } from 'vitest';
import { DeliveryScene } from '../support/adapters/delivery-scene.ts';
import { expectNothingBuried } from '../support/adapters/served-adapters.ts';

/** What Redis has answered is on its disk. */
const writesFirst = { appendonly: true, args: ['--appendfsync', 'always'] };
const rounds = 2;
/** A commit whose answer was lost is tried again with its round; and a grant may come before the watch is back. */
const copiesPerRestart = 2;

test('Redis is killed in the middle of a round and started again: all is delivered in order', async () => {
  await using scene = await DeliveryScene.start({ notifier: 'webhook' }, { redis: writesFirst });
  await using traffic = scene.traffic(copiesPerRestart * rounds);
  const members = await traffic.group('club', ['ann', 'bob', 'cleo']);
  scene.sides.receiver.mood = 'slow';
  traffic.keepSending(members, 'club', { everyMs: 30 });
  for (let round = 0; round < rounds; round += 1) {
    let killed: Promise<void> = Promise.resolve();
    await scene.midRound('club', () => {
      killed = scene.cluster.redis.kill();
    });
    await killed;
    await scene.cluster.redis.restart();
    await traffic.until(50);
  }
  scene.sides.receiver.mood = 'well';
  await traffic.until(50);
  await traffic.expectSound();
  await expectNothingBuried(scene.cluster.url);
});
