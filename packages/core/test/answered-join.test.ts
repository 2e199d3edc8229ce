/**
 * A device's own join: the pushes that it gets in addition to the answer, whatever happens to its membership
 * meanwhile.
 */

import type { PushPayload } from '@plenum/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Device } from '../src/ports/devices.ts';
import { groupId, Simulation, user } from './feed-simulation.ts';

const ann = user('ann');

interface Joined {
  readonly epoch: string;
  readonly seq: number;
}

/** Records from which position its client expects entries; null: it expects none. */
class BelievingDevice implements Device {
  readonly id = 'd';
  readonly userId = ann;
  readonly isAuto = true;
  belief: Joined | null = null;

  drained = async (): Promise<void> => {};
  push: Device['push'] = (event, payload) => {
    if (event === 'subscribed' && 'groups' in payload) this.#subscribed(payload);
    if (event === 'resync' && 'oldest_seq' in payload && payload.epoch === null) this.belief = null;
  };
  /** A push with a later position may have come before the answer. */
  answer({ epoch, seq }: Joined): void {
    if (this.belief === null || this.belief.epoch !== epoch || this.belief.seq < seq)
      this.belief = { epoch, seq };
  }
  #subscribed({ groups: [group] }: PushPayload<'subscribed'>): void {
    if (group !== undefined) this.belief = { epoch: group.epoch, seq: group.from_seq };
  }
}

/** Joins as the operations do: ask, attach, answer, correct. */
async function join(world: Simulation, device: BelievingDevice, change: () => Promise<Joined | null>) {
  const { host } = world;
  const answered = await host.devices.duringJoin(device, groupId, async () => {
    const joined = await change();
    if (joined !== null) await host.attachJoined(device, groupId, joined);
    return joined;
  });
  if (answered !== null) device.answer(answered);
  host.correctAfterAnswer(device, groupId, answered);
}

async function connected(scheduler: fc.Scheduler): Promise<[Simulation, BelievingDevice]> {
  const world = new Simulation(scheduler);
  world.change('created', user('owner'), 'arrives');
  const device = new BelievingDevice();
  const connecting = world.host.connect(device, []);
  await world.settle();
  await connecting;
  return [world, device];
}

test('a device whose join is refused gets a push of the attach that happened instead', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const [world, device] = await connected(scheduler);
      const refused = join(world, device, async () => {
        world.change('joined', ann, 'arrives');
        // The refusal comes at any time before or after the entry.
        for (let turns = 0; turns < 3; turns += 1) await scheduler.schedule(Promise.resolve());
        return null;
      });
      await world.settle();
      await refused;
      await world.settle();
      expect(device.belief).not.toBeNull();
    }),
    { numRuns: 100 },
  );
});

test('a device whose membership ends before its attach gets that push after its answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const [world, device] = await connected(scheduler);
      const joined = join(world, device, async () => {
        world.change('joined', ann, 'is lost', true);
        const { epoch, seq } = world.head;
        world.change('left', ann, 'is lost');
        return { epoch, seq };
      });
      await world.settle();
      await joined;
      await world.settle();
      expect(device.belief).toBeNull();
    }),
    { numRuns: 100 },
  );
});

test('a device in a later membership than its answer names gets a push of that one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const [world, device] = await connected(scheduler);
      const joined = join(world, device, async () => {
        world.change('joined', ann, 'arrives');
        const { epoch, seq } = world.head;
        world.change('left', ann, 'arrives');
        world.change('joined', ann, 'arrives');
        return { epoch, seq };
      });
      await world.settle();
      await joined;
      await world.settle();
      expect(device.belief?.seq).toBeGreaterThanOrEqual(world.members.get(ann)?.sinceSeq ?? 0);
    }),
    { numRuns: 100 },
  );
});
