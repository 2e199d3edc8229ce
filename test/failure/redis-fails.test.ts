/** Redis dies, drops its subscribers or falls silent under load; everything that anybody was given is judged by the checker. */
import { eventually, startFaultProxy, startRedis } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { Cluster } from '../world/cluster.ts';
import { fanOuts } from '../world/fan-outs.ts';
import type { Follower } from '../world/follower.ts';
import { Trial } from '../world/trial.ts';

const names = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);
/** An ack survives the death of the process. */
const writesFirst = { appendonly: true, args: ['--appendfsync', 'always'] };
/** A half-open link is found this soon. */
const foundWithin = { timeoutMs: 10_000 };

/** Two groups with a member on each node, all of them speaking. */
async function speaking(trial: Trial, urls: readonly string[]): Promise<Follower[]> {
  const first = await trial.group('red', names('red', 6), urls);
  const second = await trial.group('blue', names('blue', 6), urls);
  trial.talk(first, 'red');
  trial.talk(second, 'blue');
  await trial.until(50);
  return [...first, ...second];
}

test.each(fanOuts)(
  'Redis is killed and started again: what was acknowledged is there, and everybody has all of it (%s)',
  async (PLENUM_FANOUT) => {
    await using cluster = await Cluster.start({ PLENUM_FANOUT }, writesFirst);
    await using trial = new Trial(cluster.url);
    const [member] = await speaking(trial, cluster.urls);
    const epochBefore = member?.positionIn('red')?.epoch;
    for (let round = 0; round < 2; round += 1) {
      await cluster.redis.kill();
      await cluster.redis.restart();
      await trial.until(50);
    }
    await trial.expectComplete();
    expect(member?.positionIn('red')?.epoch).not.toBe(epochBefore);
  },
);

test.each(fanOuts)('subscribers cut every 100 ms lose nothing (%s)', async (PLENUM_FANOUT) => {
  await using cluster = await Cluster.start({ PLENUM_FANOUT });
  await using trial = new Trial(cluster.url);
  await speaking(trial, cluster.urls);
  for (let cut = 0; cut < 30; cut += 1) {
    await cluster.killPubSub();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await trial.expectComplete();
});

test.each(fanOuts)(
  'subscribers that hear nothing and are not told are found, and their members get what they missed (%s)',
  async (PLENUM_FANOUT) => {
    await using redis = await startRedis();
    await using proxy = await startFaultProxy({ targetPort: redis.port });
    await using cluster = await Cluster.start({ PLENUM_FANOUT, REDIS_URL: proxy.url });
    await using trial = new Trial(cluster.url);
    const members = await speaking(trial, cluster.urls);
    proxy.pauseDownstream(/plenum-subscriber/);
    // What was on its way has arrived by then.
    await trial.until(50);
    const had = members.map((member) => received(member));
    await trial.until(50);
    // Sends are answered as ever: nobody but the canary has a reason to doubt the silent links.
    expect(members.map((member) => received(member))).toEqual(had);
    await eventually(() => {
      for (const [i, member] of members.entries()) expect(received(member)).toBeGreaterThan(had[i] ?? 0);
    }, foundWithin);
    await trial.expectComplete();
  },
);

const received = (member: Follower): number =>
  member.groupIds.reduce((total, groupId) => total + member.entriesOf(groupId).length, 0);
