import type { GroupEvent } from '@plenum/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Client, createClient } from '../src/index.ts';
import { FakeClock, fakeRandom, rest } from './fake-network.ts';
import { ShownEntries } from './shown-entries.ts';
import { SimulatedServer } from './simulated-server.ts';

const groupId = 'g';

class Scene {
  readonly server: SimulatedServer;
  readonly clock = new FakeClock();
  readonly client: Client;
  readonly shown: ShownEntries;

  constructor(pushesAtAnyTime: boolean) {
    this.server = new SimulatedServer(pushesAtAnyTime);
    this.client = createClient({
      url: 'http://localhost',
      token: 'token',
      clock: this.clock,
      random: fakeRandom(),
      openLink: this.server.open,
      retryMs: { minMs: 1, maxMs: 1 },
      requestTimeoutMs: 500_000,
      answerTimeoutMs: 500_000,
    });
    this.shown = new ShownEntries(this.server.logs);
    this.client.on('event', (entry: GroupEvent) => this.shown.show(entry));
    this.client.on('begin', (notice) => this.shown.tellBegin(notice));
    this.client.on('resync', (notice) => this.shown.tellResync(notice));
    this.client.on('subscribed', ({ epoch, from_seq }) => this.shown.tellStart(epoch, from_seq));
  }

  async connect(): Promise<void> {
    if (this.client.status.state === 'connected') return;
    this.client.connect().catch(() => undefined);
    await this.clock.advance(20_000);
    this.server.accept();
    await rest();
  }

  join(): void {
    this.client.join(groupId).then(
      (outcome) => outcome.ok && this.shown.tellStart(outcome.result.epoch, outcome.result.seq),
      () => undefined,
    );
  }

  /** All that is in progress ends. */
  async settle(): Promise<void> {
    for (let rounds = 0; rounds < 3 || !this.server.isQuiet; rounds += 1) {
      if (rounds > 300) throw new Error('it never comes to rest');
      this.server.greet();
      this.server.perform();
      this.server.feed();
      for (const channel of ['stream', 'answers', 'membership'] as const) this.server.deliver(channel);
      await rest();
      await this.clock.advance(1);
    }
  }
}

type Step = (scene: Scene) => void | Promise<void>;
const steps: Readonly<Record<string, readonly [number, Step]>> = {
  append: [6, ({ server }) => void server.logs.current?.append('updated')],
  'another leaves': [2, ({ server }) => void server.logs.current?.append('left')],
  feed: [8, ({ server }) => server.feed()],
  perform: [8, ({ server }) => server.perform()],
  greet: [4, ({ server }) => server.greet()],
  entry: [12, ({ server }) => server.deliver('stream')],
  push: [6, ({ server }) => server.deliver('membership')],
  ack: [6, ({ server }) => server.deliver('answers')],
  join: [6, (scene) => scene.join()],
  leave: [2, ({ client }) => void client.leave(groupId)],
  kick: [2, ({ server }) => server.end('kicked')],
  'join elsewhere': [1, ({ server }) => server.joinElsewhere()],
  delete: [3, ({ server }) => server.delete()],
  create: [5, ({ server }) => server.logs.create()],
  'fail over': [1, ({ server }) => server.logs.failOver()],
  restart: [1, ({ server }) => server.restart()],
  cut: [1, ({ server }) => server.cut()],
  connect: [3, (scene) => scene.connect()],
};
const stepsOf = (left: readonly string[]) =>
  fc.array(
    fc.oneof(
      ...Object.entries(steps)
        .filter(([name]) => !left.includes(name))
        .map(([name, [weight]]) => ({ weight, arbitrary: fc.constant(name) })),
    ),
    { maxLength: 60, size: 'max' },
  );

/** @returns what was shown against the logs. */
async function wrongAfter(names: readonly string[], pushesAtAnyTime: boolean): Promise<string[]> {
  const scene = new Scene(pushesAtAnyTime);
  scene.server.logs.create();
  await scene.connect();
  for (const name of names) {
    await steps[name]?.[1](scene);
    await Promise.resolve();
  }
  await scene.settle();
  await scene.connect();
  await scene.settle();
  scene.server.logs.create();
  scene.join();
  await scene.settle();
  scene.server.logs.current?.append('updated');
  await scene.settle();
  expect(scene.shown.last).toEqual(scene.server.logs.current?.entries.at(-1));
  scene.client.close();
  return scene.shown.wrong;
}

const numRuns = 1000;

test('whatever the order of arrival, a log is shown without a gap or its loss is reported', async () => {
  await fc.assert(
    fc.asyncProperty(stepsOf(['another leaves']), async (names) => {
      expect(await wrongAfter(names, true)).toEqual([]);
    }),
    { numRuns },
  );
}, 120_000);

test('the end of another member never counts as the end of the user, in any order of events', async () => {
  await fc.assert(
    fc.asyncProperty(stepsOf([]), async (names) => {
      expect(await wrongAfter(names, false)).toEqual([]);
    }),
    { numRuns },
  );
}, 120_000);
