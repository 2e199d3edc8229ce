/** The announced presence of a node reaches the store, after any loss on either side. */
import { type GroupId, groupIdSchema, type UserId, userIdSchema } from '@plenum/protocol';
import { afterEach, expect, test } from 'vitest';
import { HandClock } from '../../test/hand-clock.ts';
import { PlenumError } from '../outcome/outcome.ts';
import { partitionOf } from '../partitions.ts';
import type { Presence, PresenceChange } from '../ports/presence.ts';
import { Announcements } from './announcements.ts';

const group = (name: string) => groupIdSchema.parse(name);
const room = group('room');
const ann = userIdSchema.parse('ann');
const nameOf = (groupId: GroupId, userId: UserId) => `${groupId} ${userId}`;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** One node's devices, the store, and the clock between them. */
class Scene {
  readonly clock = new HandClock();
  readonly attached = new Set<string>();
  readonly held = new Map<string, PresenceChange['groupId']>();
  isAway = false;
  readonly announcements = new Announcements({
    presence: this.#store(),
    clock: this.clock,
    logger: silent,
    nodeId: 'node',
    isAttached: (groupId, userId) => this.attached.has(nameOf(groupId, userId)),
  });

  come(groupId: GroupId): void {
    this.attached.add(nameOf(groupId, ann));
    this.announcements.note(groupId, ann, false);
  }
  go(groupId: GroupId): void {
    this.attached.delete(nameOf(groupId, ann));
    this.announcements.note(groupId, ann, false);
  }

  /** Lets time pass in small steps, and answers arrive. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 20) {
      this.clock.move(20);
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    }
  }

  #store(): Presence {
    const never = () => Promise.reject(PlenumError.of('internal'));
    return {
      change: async ({ groupId, came, went }) => {
        if (this.isAway) throw PlenumError.of('unavailable');
        for (const userId of came) this.held.set(nameOf(groupId, userId), groupId);
        for (const userId of went) this.held.delete(nameOf(groupId, userId));
      },
      countHosted: async (_, partitions) =>
        new Map(partitions.map((partition) => [partition, this.#heldIn(partition).length])),
      hosted: async (_, partition) => this.#heldIn(partition).map((groupId) => ({ groupId, userId: ann })),
      online: never,
      onlineAmong: never,
      typing: never,
    };
  }

  #heldIn(partition: number): GroupId[] {
    return [...this.held.values()].filter((groupId) => partitionOf(groupId) === partition);
  }
}

let scene = new Scene();
afterEach(() => {
  scene.announcements.stop();
  scene = new Scene();
});

test('a user who came while the store was away is announced when it is back', async () => {
  scene.isAway = true;
  scene.come(room);
  await scene.pass(500);
  scene.isAway = false;
  await scene.pass(3000);
  expect([...scene.held.keys()]).toEqual(['room ann']);
});

test('a user who went while the store was away is announced when it is back', async () => {
  scene.come(room);
  await scene.pass(100);
  scene.isAway = true;
  scene.go(room);
  await scene.pass(2000);
  scene.isAway = false;
  await scene.pass(3000);
  expect([...scene.held.keys()]).toEqual([]);
});

test('a user who is stored again after the last departure of its partition is removed again', async () => {
  scene.announcements.start();
  scene.come(room);
  await scene.pass(100);
  scene.go(room);
  await scene.pass(2000);
  scene.held.set('room ann', room);
  await scene.pass(11_000);
  expect([...scene.held.keys()]).toEqual([]);
});

test('nothing is remembered of empty groups, however many others are busy', async () => {
  const rooms = Array.from({ length: 50 }, (_, at) => group(`room-${at}`));
  for (const one of rooms) {
    scene.come(one);
    await scene.pass(20);
  }
  for (const one of rooms) {
    scene.go(one);
    await scene.pass(20);
  }
  await scene.pass(3000);
  expect(scene.announcements.size).toBe(0);
});
