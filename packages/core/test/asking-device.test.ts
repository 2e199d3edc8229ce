/** Devices that join by their own request, and devices that leave in the middle of an attach. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sweepIntervalMs } from '../src/feed/sweep.ts';
import { type Fate, groupId, Simulation, user } from './feed-simulation.ts';
import { WatchfulDevice } from './watchful-device.ts';

const ann = user('ann');
const fate = fc.constantFrom<Fate>('arrives', 'is lost', 'arrives twice');
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('message' as const), fate }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('join' as const), fate }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('leave' as const), fate }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('new epoch' as const) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('wait' as const), turns: fc.nat(4) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** As core answers a join: the device is asking until it is attached. */
function join(world: Simulation, device: WatchfulDevice, how: Fate): void {
  world.change('joined', ann, how);
  const { epoch, seq } = world.head;
  world.host.devices
    .duringJoin(device, groupId, () => world.host.attachJoined(device, groupId, { epoch, seq }))
    // The client asks again; the sweep attaches it meanwhile.
    .catch(() => undefined);
}

async function play(scheduler: fc.Scheduler, steps: readonly Step[]): Promise<WatchfulDevice> {
  const world = new Simulation(scheduler);
  world.change('created', user('owner'), 'arrives');
  const device = new WatchfulDevice('d', ann);
  world.host.connect(device, []).catch(() => device.complaints.push('connect threw'));
  for (const one of steps) {
    if (one.type === 'message') world.message(one.fate);
    else if (one.type === 'new epoch') world.startEpoch();
    else if (one.type === 'join' && !world.members.has(ann)) join(world, device, one.fate);
    else if (one.type === 'leave' && world.members.has(ann)) world.change('left', ann, one.fate);
    else if (one.type === 'wait') {
      for (let i = 0; i < one.turns && scheduler.count() > 0; i += 1) await scheduler.waitNext(1);
    }
  }
  await world.settle();
  return device;
}

test('a device that joins by its own request gets no entry twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { maxLength: 30, size: 'max' }),
      async (scheduler, steps) => {
        const { received } = await play(scheduler, steps);
        const seqs = received.map(({ seq }) => seq);
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
      },
    ),
    { numRuns: 1500 },
  );
}, 60_000);

test('a device that leaves while its groups are read keeps no feed open', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.nat(12), async (scheduler, turns) => {
      const world = new Simulation(scheduler);
      world.change('created', ann, 'is lost', true);
      const device = new WatchfulDevice('d', ann);
      world.host.connect(device, []).catch(() => device.complaints.push('connect threw'));
      for (let i = 0; i < turns && scheduler.count() > 0; i += 1) await scheduler.waitNext(1);
      world.host.disconnect(device);
      await world.settle();
      world.nowMs += sweepIntervalMs;
      await world.settle();
      expect(world.host.size).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test('an applicant who is accepted while its device connects gets everything from there on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const world = new Simulation(scheduler);
      world.change('created', user('owner'), 'arrives');
      const device = new WatchfulDevice('d', ann);
      world.host.connect(device, []).catch(() => device.complaints.push('connect threw'));
      world.change('requested', ann, 'arrives', true);
      let isAnswered = false;
      const answered = world.host.devices
        .duringJoin(device, groupId, () => world.host.attachJoined(device, groupId, world.head))
        .then(() => {
          isAnswered = true;
        });
      while (!isAnswered) {
        if (scheduler.count() > 0) await scheduler.waitNext(1);
        else await new Promise((resolve) => setImmediate(resolve));
      }
      await answered;
      world.change('accepted', ann, 'is lost', true);
      world.message('is lost');
      await world.settle();
      expect(device.complaints).toEqual([]);
      expect(device.received.map(({ seq }) => seq)).toEqual([3, 4]);
    }),
    { numRuns: 500 },
  );
});
