import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogEntry } from '../src/log/entry.ts';
import { type Fate, groupId, Simulation, user } from './feed-simulation.ts';
import { WatchfulDevice } from './watchful-device.ts';

const users = ['u1', 'u2', 'u3'].map(user);
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Fate>('arrives') },
  { weight: 1, arbitrary: fc.constant<Fate>('is lost') },
  { weight: 1, arbitrary: fc.constant<Fate>('arrives twice') },
);
const who = fc.constantFrom(...users);

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('message' as const), fate, isOwn: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('ephemeral message' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('flip membership' as const), who, fate, lost: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('ask to join' as const), who, fate, lost: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('move' as const), who, fate, lost: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('mute' as const), who, fate }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('flip many' as const),
      many: fc.subarray(users, { minLength: 1 }),
      status: fc.constantFrom('active' as const, 'pending' as const, 'muted' as const),
      fate,
      lost: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('connect' as const), who, back: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('disconnect' as const), which: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('subscribe' as const), which: fc.nat(), back: fc.nat(6) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('new epoch' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('audit' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('trim' as const) }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('wait' as const), turns: fc.nat(4) }) },
);
const disaster = fc.oneof(
  { weight: 12, arbitrary: step },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('lose everything' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('lose the tail' as const), count: fc.nat(4) }) },
);
type Step = typeof disaster extends fc.Arbitrary<infer S> ? S : never;

class Run {
  readonly devices: WatchfulDevice[] = [];
  readonly gone = new Set<WatchfulDevice>();
  readonly world: Simulation;
  /** Plain joins and leaves are no entries. */
  readonly isCounting: boolean;
  readonly #scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler, isCounting = false) {
    this.#scheduler = scheduler;
    this.isCounting = isCounting;
    this.world = new Simulation(scheduler);
    if (isCounting) this.world.beginCounting();
  }

  async play(steps: readonly Step[]): Promise<void> {
    this.world.change('created', user('u1'), 'arrives');
    for (const one of steps) await this.#take(one);
    await this.world.settle();
  }

  async #take(one: Step): Promise<void> {
    const { world } = this;
    switch (one.type) {
      case 'message':
        return world.message(one.fate, one.isOwn);
      case 'ephemeral message':
        return world.ephemeral();
      case 'flip membership': {
        const status = world.members.get(one.who)?.status;
        const type = status === undefined ? 'joined' : status === 'pending' ? 'accepted' : 'left';
        return world.change(type, one.who, one.fate, one.lost);
      }
      case 'move': {
        const status = world.members.get(one.who)?.status;
        if (!this.isCounting || status === 'pending') return;
        return world.move(status === undefined ? 'joined' : 'left', one.who, one.fate, one.lost);
      }
      case 'ask to join':
        return world.members.get(one.who)?.status === 'active'
          ? undefined
          : world.change('requested', one.who, one.fate, one.lost);
      case 'mute': {
        const status = world.members.get(one.who)?.status;
        if (status === 'active') world.change('muted', one.who, one.fate);
        else if (status === 'muted') world.change('unmuted', one.who, one.fate);
        return;
      }
      case 'flip many': {
        const members = one.many.map((user_id) => ({
          user_id,
          status: world.members.has(user_id) ? ('none' as const) : one.status,
        }));
        return world.changeMany(members, one.fate, one.lost);
      }
      case 'connect':
        return this.connect(one.who, one.back);
      case 'disconnect': {
        const device = this.devices[one.which % Math.max(1, this.devices.length)];
        if (device === undefined) return;
        this.gone.add(device);
        return world.host.disconnect(device);
      }
      case 'subscribe': {
        const device = this.devices[one.which % Math.max(1, this.devices.length)];
        return device === undefined ? undefined : this.#subscribe(device, one.back);
      }
      case 'new epoch':
        return world.startEpoch();
      case 'audit':
        return world.host.onAuditNeeded();
      case 'trim':
        return world.trim();
      case 'lose the tail':
        return world.loseTail(one.count);
      case 'lose everything':
        return world.startOver();
      case 'wait':
        await new Promise((resolve) => setImmediate(resolve));
        for (let i = 0; i < one.turns && this.#scheduler.count() > 0; i += 1)
          await this.#scheduler.waitNext(1);
        return;
    }
  }

  /** Its ack has the position of the device from then on, whatever else attaches it. */
  #subscribe(device: WatchfulDevice, back: number): void {
    const { epoch, seq } = this.world.head;
    const claim = { groupId, epoch, seq: Math.max(0, seq - back) };
    this.world.host.subscribe(device, [claim]).then(
      ([outcome]) => {
        if (outcome?.ok) device.acked(outcome.result.from_seq);
      },
      // The client asks again.
      () => undefined,
    );
  }

  /** `back` > 0: the device comes with a position so many entries behind the head. */
  connect(userId: WatchfulDevice['userId'], back: number): void {
    const device = new WatchfulDevice(`d${this.devices.length}`, userId);
    this.devices.push(device);
    const { epoch, seq } = this.world.head;
    const claim = { groupId, epoch, seq: Math.max(0, seq - back) };
    this.world.host
      .connect(device, back === 0 ? [] : [claim])
      .catch(() => device.complaints.push('connect threw'));
  }
}

const runs = { numRuns: 1500 };

const kinds = [
  { joins: 'entries', isCounting: false },
  { joins: 'no entries', isCounting: true },
];

test.each(kinds)(
  'each device gets a dense sequence from its announced start, where joins are $joins',
  async ({ isCounting }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(disaster, { maxLength: 60, size: 'max' }),
        async (scheduler, steps) => {
          const run = new Run(scheduler, isCounting);
          await run.play(steps);
          for (const device of run.devices) {
            expect(device.complaints).toEqual([]);
            if (!run.gone.has(device)) {
              const stored = (entry: LogEntry) => run.world.entries[entry.seq - 1];
              expect(device.held.filter((entry) => !isDeepStrictEqual(stored(entry), entry))).toEqual([]);
            }
            if (run.gone.has(device)) continue;
            const status = run.world.members.get(device.userId)?.status;
            const isReceiver = status === 'active' || status === 'muted';
            expect(device.nextSeq, `${device.id} of ${device.userId}, ${status}`).toBe(
              isReceiver ? run.world.head.seq + 1 : null,
            );
          }
        },
      ),
      runs,
    );
  },
  60_000,
);

test.each(kinds)(
  'no device receives an entry outside the ranges of its user, where joins are $joins',
  async ({ isCounting }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(disaster, { maxLength: 60, size: 'max' }),
        async (scheduler, steps) => {
          const run = new Run(scheduler, isCounting);
          await run.play(steps);
          for (const device of run.devices) {
            const allowed = rangesOf(run.world, device.userId);
            for (const entry of device.received) {
              const isLost = !isDeepStrictEqual(run.world.entries[entry.seq - 1], entry);
              const what = `${device.id} of ${device.userId} got ${entry.epoch}-${entry.seq}`;
              expect(isLost || allowed.has(entry.seq), what).toBe(true);
            }
            expect(device.complaints).toEqual([]);
          }
        },
      ),
      runs,
    );
  },
  60_000,
);

test('an entry that was lost before an own one is found without an audit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const run = new Run(scheduler);
      const { world } = run;
      world.change('created', user('u1'), 'arrives');
      run.connect(user('u1'), 0);
      await world.rest();
      world.message('is lost');
      world.message('is lost', true);
      await world.rest();
      expect(run.devices[0]?.nextSeq).toBe(4);
    }),
    { numRuns: 50 },
  );
});

test('an ephemeral message reaches every live device of a node that has all entries before it', async () => {
  const scheduled = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    const run = new Run(scheduler);
    const { world } = run;
    world.change('created', user('u1'), 'arrives');
    world.change('joined', user('u2'), 'arrives');
    for (const userId of users.slice(0, 2)) run.connect(userId, 0);
    await world.settle();
    world.ephemeral();
    await world.rest();
    world.message('is lost');
    world.ephemeral();
    await world.rest();
    await world.settle();
    world.ephemeral();
    await world.rest();
    expect(run.devices.map(({ heard }) => heard)).toEqual([
      [2, 3],
      [2, 3],
    ]);
  });
  await fc.assert(scheduled, { numRuns: 50 });
});

test('an ephemeral message of before a join does not reach a device that waits for that join', async () => {
  const scheduled = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    const run = new Run(scheduler);
    const { world } = run;
    world.change('created', user('u1'), 'arrives');
    run.connect(user('u1'), 0);
    await world.settle();
    world.ephemeral();
    world.change('joined', user('u2'), 'arrives');
    run.connect(user('u2'), 0);
    await world.settle();
    expect(run.devices.map(({ complaints }) => complaints)).toEqual([[], []]);
  });
  await fc.assert(scheduled, { numRuns: 200 });
});

const nothing = { type: '', user_id: '', members: [] };

/** Folds the log: every seq that the user was entitled to. */
function rangesOf(world: Simulation, userId: string): ReadonlySet<number> {
  const allowed = new Set<number>();
  let isReceiver = false;
  const moveAfter = (seq: number) => {
    for (const { afterSeq, type, userId: mover } of world.unlisted)
      if (afterSeq === seq && mover === userId) isReceiver = type === 'joined';
  };
  moveAfter(0);
  for (const entry of world.entries) {
    const { type, user_id, members = [] } = entry.type === 'event' ? entry.event : nothing;
    const changed = members.find((one) => one.user_id === userId)?.status;
    const isOwn = user_id === userId;
    const begins = isOwn && ['created', 'joined', 'accepted'].includes(type);
    if (begins || changed === 'active' || changed === 'muted') isReceiver = true;
    if (isReceiver) allowed.add(entry.seq);
    const ends = isOwn && ['left', 'requested'].includes(type);
    if (ends || changed === 'none' || changed === 'pending') isReceiver = false;
    moveAfter(entry.seq);
  }
  return allowed;
}
