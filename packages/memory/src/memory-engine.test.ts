/** What only the memory engine promises: exact times, and that nothing is kept for ever. */
import { defaultEngineSettings, type EngineSettings, PlenumError } from '@plenum/core';
import { type GroupId, groupIdSchema } from '@plenum/protocol';
import {
  createCommand,
  deleteCommand,
  joinCommand,
  ManualClock,
  messageDraft,
  muteCommand,
  seededRandom,
} from '@plenum/testkit';
import { expect, test } from 'vitest';
import { createMemoryEngine } from './create-memory-engine.ts';

const groupId = 'room:one';
const group: GroupId = groupIdSchema.parse(groupId);

async function begin(settings: Partial<EngineSettings> = {}) {
  const clock = new ManualClock();
  const engine = createMemoryEngine({
    random: seededRandom(),
    clock,
    settings: { ...defaultEngineSettings, changeRatePerSec: 1e6, changeRateBurst: 1e6, ...settings },
    wallBaseMs: Date.UTC(2025, 0, 15, 10, 30),
  });
  await engine.groups.change(createCommand({ groupId, actor: 'owner', groupType: 'strict_private' }));
  return { clock, engine };
}

test('the engine says that it keeps nothing', async () => {
  const { engine } = await begin();
  expect(await engine.health()).toEqual({ isReady: true, shardsAway: 0, durability: 'D0' });
  expect(engine.roomChannels).toBeNull();
});

test('the clock of the engine starts at the given wall time and moves with the injected clock', async () => {
  const { clock, engine } = await begin();
  await clock.advance(1234);
  const appended = await engine.log.append(messageDraft({ groupId, sender: 'owner' }));
  expect(appended).toMatchObject({ timestampMs: Date.UTC(2025, 0, 15, 10, 30, 1, 234) });
});

test('a tombstone and its log are there for 10 minutes', async () => {
  const { clock, engine } = await begin();
  await engine.groups.change(deleteCommand({ groupId, actor: 'owner' }));
  await clock.advance(599_999);
  expect((await engine.log.after(group, 0, 10))?.entries).toHaveLength(2);
  await clock.advance(1);
  expect(await engine.log.after(group, 0, 10)).toBeNull();
  expect(await engine.groups.position(group, null)).toBeNull();
});

test('a request key is remembered as long as it says', async () => {
  const { clock, engine } = await begin();
  const draft = messageDraft({ groupId, sender: 'owner', rememberMs: 15_000 });
  await engine.log.append(draft);
  await clock.advance(14_999);
  expect(await engine.log.append(draft)).toMatchObject({ isDuplicate: true });
  await clock.advance(1);
  expect(await engine.log.append(draft)).toMatchObject({ isDuplicate: false });
});

test('a log is bounded by length, entry by entry', async () => {
  const { engine } = await begin({ historyMaxEntries: 3 });
  for (let n = 0; n < 5; n += 1) await engine.log.append(messageDraft({ groupId, sender: 'owner' }));
  const range = await engine.log.after(group, 0, 10);
  expect(range?.head).toMatchObject({ seq: 6, oldestSeq: 4 });
  expect(range?.entries.map(({ seq }) => seq)).toEqual([4, 5, 6]);
});

test('the log of an idle group ends by age, and its counter continues', async () => {
  const { clock, engine } = await begin({ historyMaxAgeMs: 60_000 });
  await clock.advance(60_000);
  expect(await engine.log.after(group, 0, 10)).toMatchObject({ head: { seq: 1, oldestSeq: 2 }, entries: [] });
  const appended = await engine.log.append(messageDraft({ groupId, sender: 'owner' }));
  expect(appended).toMatchObject({ seq: 2 });
});

test('mutes that end together all end, the earliest first', async () => {
  const { clock, engine } = await begin();
  const users = Array.from({ length: 120 }, (_, n) => `user-${n}`);
  for (const [n, userId] of users.entries()) {
    await engine.groups.change(joinCommand({ groupId, userId, actor: '$service', admit: true }));
    await engine.groups.change(muteCommand({ groupId, actor: 'owner', userId, forMs: 900 - n }));
  }
  await clock.advance(1000);
  const entries = (await engine.log.after(group, 241, 200))?.entries ?? [];
  const ended = entries.flatMap((entry) => (entry.type === 'event' ? [entry.event] : []));
  expect(ended.map(({ type, user_id }) => `${type} ${user_id}`)).toEqual(
    users.toReversed().map((userId) => `unmuted ${userId}`),
  );
});

test('one command settles 50 mutes and those it is about', async () => {
  const { clock, engine } = await begin();
  for (let n = 0; n < 60; n += 1) {
    const userId = `user-${n}`;
    await engine.groups.change(joinCommand({ groupId, userId, actor: '$service', admit: true }));
    await engine.groups.change(muteCommand({ groupId, actor: 'owner', userId, forMs: 100 + n }));
  }
  await clock.advance(500);
  await engine.log.append(messageDraft({ groupId, sender: 'user-59' }));
  expect((await engine.log.after(group, 121, 200))?.entries).toHaveLength(52);
  expect((await engine.groups.group(group))?.counts).toEqual({ active: 61, pending: 0, muted: 0, admins: 1 });
});

test('a closed engine is unavailable and says so', async () => {
  const { engine } = await begin();
  await engine.close();
  const failure = await engine.groups.group(group).catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(PlenumError);
  expect(await engine.health()).toMatchObject({ isReady: false });
});
