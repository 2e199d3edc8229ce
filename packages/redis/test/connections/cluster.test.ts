/** The engine on a real Cluster of three masters and their replicas, while slots move and masters go. */
import { evenTags, type LogEntry, PARTITION_COUNT } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { ClusterSet, createCommand, eventually, feedListener, messageDraft } from '@plenum/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { slotOf } from '../../src/connections/shards.ts';
import { type EngineUnderTest, startEngine } from '../start-engine.ts';

/** Loads of tests are faster than what a person may type. */
const unlimited = {
  ratePerSec: 100_000,
  rateBurst: 100_000,
  membershipRatePerSec: 100_000,
  membershipRateBurst: 100_000,
};
const patient = { timeoutMs: 20_000, everyMs: 50 };
const groupIds = Array.from({ length: 24 }, (_, i) => groupIdSchema.parse(`group-${i}`));
const slotOfGroup = (groupId: (typeof groupIds)[number]) => slotOf(evenTags.tagOf(groupId));

let set: ClusterSet;
let first: EngineUnderTest;
let second: EngineUnderTest;
beforeEach(async () => {
  set = await ClusterSet.start();
  first = await startEngine({ url: set.url, settings: unlimited });
  second = await startEngine({ url: set.url.split(',')[0] ?? '', prefix: first.prefix });
});
afterEach(async () => {
  await first.engine.close();
  await second.engine.close();
  await set.stop();
});

/** Creates the groups through one engine and hears them through the other. */
async function populate() {
  const heard = new Map<string, LogEntry[]>();
  let audits = 0;
  second.engine.feeds.listen(
    feedListener({
      onEntry: (groupId, entry) => heard.set(groupId, [...(heard.get(groupId) ?? []), entry]),
      onAuditNeeded: () => {
        audits += 1;
      },
    }),
  );
  for (const groupId of groupIds) {
    await second.engine.feeds.open(groupId);
    await first.engine.groups.change(createCommand({ groupId, actor: 'owner' }));
  }
  return { heard, audits: () => audits };
}

const send = (groupId: string, message: string, requestId = message) =>
  first.engine.log.append(messageDraft({ groupId, sender: 'owner', message, requestId }));

/** As a client does: the same id until there is an answer. */
async function sendUntilAcked(groupId: string, message: string) {
  return eventually(() => send(groupId, message), patient);
}

const messagesOf = async (groupId: (typeof groupIds)[number]) =>
  ((await first.engine.log.after(groupId, 0, 1000))?.entries ?? []).map(({ seq }) => seq);

test('groups on every shard are heard by another node, each in its order', async () => {
  const { heard } = await populate();
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(groupIds.map((groupId) => send(groupId, `round ${round}`)));
  }
  await eventually(() => {
    for (const groupId of groupIds) {
      expect(heard.get(groupId)?.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });
  const masters = await Promise.all(groupIds.map((groupId) => set.masterOf(slotOfGroup(groupId))));
  expect(new Set(masters).size).toBe(3);
  expect(await first.engine.health()).toEqual({ isReady: true, shardsAway: 0, durability: 'D0' });
});

/** How many subscribe commands the masters have had. */
async function subscribeCommands() {
  const masters = await set.masters();
  const stats = await Promise.all(masters.map((master) => set.ask(master, 'INFO', 'commandstats')));
  return stats
    .map((text) => Number(/cmdstat_ssubscribe:calls=(\d+)/.exec(String(text))?.[1] ?? 0))
    .reduce((sum, calls) => sum + calls, 0);
}

test('thousands of groups take a command for every slot, also after a reconnect', async () => {
  const many = Array.from({ length: 3000 }, (_, i) => groupIdSchema.parse(`many-${i}`));
  const slots = new Set(many.map(slotOfGroup)).size;
  expect(slots).toBeLessThanOrEqual(256);
  let audits = 0;
  second.engine.feeds.listen(
    feedListener({
      onAuditNeeded: () => {
        audits += 1;
      },
    }),
  );
  const before = await subscribeCommands();
  await Promise.all(many.map((groupId) => second.engine.feeds.open(groupId)));
  const first = await subscribeCommands();
  for (const master of await set.masters()) await set.ask(master, 'CLIENT', 'KILL', 'TYPE', 'pubsub');
  await eventually(() => expect(audits).toBe(3), patient);
  const again = await subscribeCommands();
  // The nodes' own channels and their canaries come on top.
  expect(first - before).toBeLessThanOrEqual(slots + 50);
  expect(again - first).toBeLessThanOrEqual(slots + 50);
});

test('while the slot of a busy group moves nothing is lost or doubled; its new master is heard', async () => {
  const { heard, audits } = await populate();
  const auditsBefore = audits();
  const [groupId = groupIdSchema.parse('x')] = groupIds;
  const slot = slotOfGroup(groupId);
  const from = await set.masterOf(slot);
  const to = await set.masterOf((slot + 8192) % 16_384);
  const others = groupIds.filter((other) => slotOfGroup(other) !== slot);
  let isMoving = true;
  const busy = (async () => {
    for (let i = 0; isMoving; i += 1) await sendUntilAcked(groupId, `busy ${i}`);
  })();
  const undisturbed = (async () => {
    for (let i = 0; isMoving; i += 1) await Promise.all(others.map((other) => send(other, `other ${i}`)));
  })();
  await set.moveSlot(slot, from, to);
  await eventually(() => expect(audits()).toBeGreaterThan(auditsBefore), patient);
  isMoving = false;
  await Promise.all([busy, undisturbed]);
  const last = await sendUntilAcked(groupId, 'last');
  await eventually(() => expect(heard.get(groupId)?.at(-1)?.seq).toBe('seq' in last ? last.seq : 0), patient);
  const seqs = await messagesOf(groupId);
  expect(seqs).toEqual(seqs.map((_, i) => i + 1));
  expect(await send(groupId, 'last')).toMatchObject({ isDuplicate: true });
});

test('when a master is killed its groups come back, and groups on other shards never notice', async () => {
  const { heard } = await populate();
  const [groupId = groupIdSchema.parse('x')] = groupIds;
  const victim = await set.masterOf(slotOfGroup(groupId));
  const masters = await Promise.all(groupIds.map((other) => set.masterOf(slotOfGroup(other))));
  const safe = groupIds.filter((_, i) => masters[i] !== victim);
  expect(safe.length).toBeGreaterThan(0);
  await victim.kill();
  await eventually(
    async () => expect(await first.engine.health()).toMatchObject({ isReady: true, shardsAway: 1 }),
    patient,
  );
  let isDown = true;
  const undisturbed = (async () => {
    for (let i = 0; isDown; i += 1) {
      for (const answer of await Promise.all(safe.map((other) => send(other, `safe ${i}`)))) {
        expect(answer.type).toBe('appended');
      }
    }
  })();
  const sent = await sendUntilAcked(groupId, 'after');
  isDown = false;
  await undisturbed;
  expect(await send(groupId, 'after')).toMatchObject({
    isDuplicate: true,
    ...('seq' in sent ? { seq: sent.seq } : {}),
  });
  await eventually(async () => {
    const { seq } = await first.engine.log
      .append(messageDraft({ groupId, sender: 'owner' }))
      .then((answer) => {
        if (answer.type !== 'appended') throw new Error(answer.failure.code);
        return answer;
      });
    await eventually(() => expect(heard.get(groupId)?.at(-1)?.seq).toBe(seq), { timeoutMs: 500 });
  }, patient);
  await eventually(async () => expect((await second.engine.health()).shardsAway).toBe(0), patient);
});

test('after a takeover the group continues at the new master and is received there', async () => {
  const { heard } = await populate();
  const [groupId = groupIdSchema.parse('x')] = groupIds;
  const slot = slotOfGroup(groupId);
  const old = await set.masterOf(slot);
  await set.takeover(await set.replicaOf(old));
  await set.untilReplaced(slot, old);
  const sent = await sendUntilAcked(groupId, 'after');
  expect(sent).toMatchObject({ type: 'appended' });
  await eventually(async () => {
    const next = await sendUntilAcked(groupId, `again ${performance.now()}`);
    const seq = 'seq' in next ? next.seq : 0;
    await eventually(() => expect(heard.get(groupId)?.at(-1)?.seq).toBe(seq), { timeoutMs: 500 });
  }, patient);
});

test('while the slot of a partition moves no lease is lost, and it is renewed at its new master', async () => {
  const { leases } = first.engine;
  const asked = Array.from({ length: PARTITION_COUNT }, (_, partition) => leases.acquire(partition, 'n1'));
  const own = (await Promise.all(asked)).filter((lease) => lease !== null);
  const moved = 17;
  const slot = slotOf(evenTags.tagOfPartition(moved));
  const source = await set.masterOf(slot);
  const target = (await set.masters()).find((master) => master !== source) ?? source;
  let isMoving = true;
  const moving = set.moveSlot(slot, source, target).finally(() => {
    isMoving = false;
  });
  do {
    expect((await leases.renew(own)).lost).toEqual(new Set());
  } while (isMoving);
  await moving;
  await eventually(async () => expect((await leases.renew(own)).renewed.size).toBe(PARTITION_COUNT), patient);
  expect(await leases.holder(moved)).toEqual(own[moved]);
});
