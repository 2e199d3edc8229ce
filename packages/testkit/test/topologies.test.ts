import { expect, test } from 'vitest';
import { ClusterSet, SentinelSet } from '../src/index.ts';

test('a Sentinel set fails over on request and after a kill', async () => {
  await using set = await SentinelSet.start();
  const first = await set.master();
  await set.failover();
  const second = await set.master();
  expect(second).not.toBe(first);
});

test('after a kill the Sentinels make a replica master', async () => {
  await using set = await SentinelSet.start({ replicas: 2 });
  const dead = await set.killMaster();
  await set.untilReplaced(dead);
  expect(await set.master()).not.toBe(dead);
});

test('a slot moves to another master with its keys', async () => {
  await using set = await ClusterSet.start();
  // `{p17}` is in slot 15089 % 16384; the set itself knows which server serves it.
  const slot = Number(await set.ask(await set.masterOf(0), 'CLUSTER', 'KEYSLOT', '{p17}'));
  const [from, to] = [await set.masterOf(slot), await set.masterOf((slot + 8192) % 16_384)];
  await set.ask(from, 'SET', '{p17}:key', 'value');
  await set.moveSlot(slot, from, to);
  expect(await set.ask(to, 'GET', '{p17}:key')).toBe('value');
  await expect(set.ask(from, 'GET', '{p17}:key')).rejects.toThrow(/MOVED/);
});

test('the replica of a killed master serves its slots, and a replica takes over on request', async () => {
  await using set = await ClusterSet.start();
  const first = await set.masterOf(0);
  await first.kill();
  await set.untilReplaced(0, first);
  const last = await set.masterOf(16_383);
  const replica = await set.replicaOf(last);
  await set.takeover(replica);
  await set.untilReplaced(16_383, last);
  expect(await set.masterOf(16_383)).toBe(replica);
});
