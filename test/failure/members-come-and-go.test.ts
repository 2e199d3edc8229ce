/** Members come and go, on three nodes, while others send; the checker judges everything that devices got. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { fanOuts } from '../support/cluster/fan-outs.ts';

const names = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);

describe.each(fanOuts)('with %s fan-out', (fanOut) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start({ PLENUM_FANOUT: fanOut });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test('a user who joins while others send gets all that is sent after the answer to the join', async () => {
    await using traffic = new CheckedTraffic(cluster.url);
    const speakers = await traffic.group('doors', names('host', 3), cluster.urls);
    traffic.keepSending(speakers, 'doors', { everyMs: 5 });
    for (let wave = 0; wave < 10; wave += 1) {
      const guests = await Promise.all(
        names(`guest-${wave}`, 12).map((name, i) => traffic.follower(name, cluster.urls[i % 3])),
      );
      const own = guests.map(async (guest) => {
        await guest.enter('doors', 'join_group');
        await traffic.sendUntilAcked(guest, 'doors', `${guest.userId} is here`);
      });
      await Promise.all(own);
    }
    await traffic.expectComplete();
    expect(traffic.failures).toEqual([]);
  });

  test('a member who is kicked in mid-stream gets everything up to the kick and nothing after it', async () => {
    await using traffic = new CheckedTraffic(cluster.url);
    const members = await traffic.group('pub', names('regular', 12), cluster.urls);
    const [owner, ...others] = members;
    if (owner === undefined) throw new Error('a group has an owner');
    traffic.keepSending(members, 'pub', { everyMs: 5 });
    for (const victim of others.slice(0, 8)) {
      await traffic.until(60);
      await owner.device.must('kick_member', { group_id: 'pub', user_id: victim.userId });
      await victim.device.until('membership', { group_id: 'pub', status: 'none', type: 'kicked' });
    }
    await traffic.until(60);
    await traffic.expectComplete();
    for (const victim of others.slice(0, 8)) {
      expect(victim.entriesOf('pub').at(-1)).toMatchObject({ type: 'kicked', user_id: victim.userId });
    }
  });
});
