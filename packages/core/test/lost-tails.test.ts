/** Redis loses the last entries of a log, and with them changes of members that devices have seen. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Simulation, user } from './feed-simulation.ts';
import { WatchfulDevice } from './watchful-device.ts';

const [ann, bob] = [user('ann'), user('bob')];

/** Ann has a group, and each of the two has a device; the scheduler decides in which order things arrive. */
function scheduled(
  play: (world: Simulation, connect: () => Promise<WatchfulDevice>, turns: number) => Promise<void>,
) {
  const run = fc.asyncProperty(fc.scheduler(), fc.nat(10), async (scheduler, turns) => {
    const world = new Simulation(scheduler);
    const devices: WatchfulDevice[] = [];
    const connect = async (userId = bob) => {
      const device = new WatchfulDevice(`device of ${userId}`, userId);
      devices.push(device);
      void world.host.connect(device, []);
      await world.rest();
      return device;
    };
    world.change('created', ann, 'arrives');
    await connect(ann);
    await play(world, connect, turns);
    await world.settle();
    for (const { complaints, held } of devices) {
      expect(complaints).toEqual([]);
      expect(held.filter((entry) => world.entries[entry.seq - 1] !== entry)).toEqual([]);
    }
  });
  return fc.assert(run, { numRuns: 100 });
}

test('a device whose end was lost gets resync, and no entry twice', () =>
  scheduled(async (world, connect) => {
    world.change('joined', bob, 'arrives');
    const device = await connect();
    world.message('arrives');
    await world.rest();
    world.change('left', bob, 'arrives');
    await world.rest();
    expect(device.nextSeq).toBe(null);
    world.loseTail(1);
    world.message('arrives');
    await world.settle();
    expect(device.resyncs).toEqual(['epoch_changed']);
    world.message('arrives');
    await world.settle();
    expect(device.nextSeq).toBe(world.head.seq + 1);
  }));

test('a device whose whole membership was lost gets resync', () =>
  scheduled(async (world, connect) => {
    const device = await connect();
    world.change('joined', bob, 'arrives');
    world.message('arrives');
    world.change('left', bob, 'arrives');
    await world.rest();
    expect(device.received).toHaveLength(3);
    world.loseTail(3);
    world.message('arrives');
    await world.settle();
    expect(device.resyncs).toEqual(['not_a_member']);
  }));

test('a user whose join was lost before its entry came receives nothing after it', () =>
  scheduled(async (world, connect, turns) => {
    const device = await connect();
    // The feed has not got the entry, but the nudge has let it read the member.
    world.change('joined', bob, 'is lost');
    await world.turn(turns);
    world.loseTail(1);
    world.message('arrives');
    world.message('arrives');
    await world.settle();
    expect(device.received.filter(({ epoch }) => epoch === world.head.epoch)).toEqual([]);
    expect(device.nextSeq).toBe(null);
  }));

test('a join after the loss does not hide it', () =>
  scheduled(async (world, connect) => {
    world.change('joined', bob, 'arrives');
    const device = await connect();
    world.message('arrives');
    await world.rest();
    world.loseTail(2);
    world.change('joined', bob, 'arrives');
    await world.settle();
    expect(device.resyncs).toHaveLength(1);
    expect(device.nextSeq).toBe(world.head.seq + 1);
  }));
