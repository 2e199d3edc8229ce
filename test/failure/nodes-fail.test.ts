/** Nodes that die or freeze while their members are spoken to; the checker judges everything that devices got. */
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { fanOuts } from '../support/cluster/fan-outs.ts';

const names = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);

test.each(fanOuts)(
  '500 sockets, one node killed: they are back on other nodes and have missed nothing (%s)',
  async (PLENUM_FANOUT) => {
    await using cluster = await Cluster.start({ PLENUM_FANOUT });
    await using traffic = new CheckedTraffic(cluster.url);
    const members = await traffic.group('hall', names('member', 500));
    traffic.keepSending(members.slice(0, 3), 'hall', { everyMs: 100 });
    traffic.keepChanging(members.slice(0, 3), 'hall', { everyMs: 100 });
    await traffic.until(10);
    process.kill(cluster.node(0).pid, 'SIGKILL');
    await eventually(() => {
      const broken = members.filter(
        ({ device, resumptions }) => !device.socket.connected || resumptions.length > 0,
      );
      expect(broken.length).toBeGreaterThan(100);
    });
    await traffic.until(20);
    await traffic.expectComplete();
    expect(traffic.changes).toBeGreaterThan(10);
    const resumed = members.flatMap(({ resumptions }) => resumptions);
    expect(resumed.length).toBeGreaterThan(100);
  },
);

/** Redis lets go of a subscriber that is this far behind, so that the frozen node loses what was published. */
const tightBuffers = ['--client-output-buffer-limit', 'pubsub', '256kb', '256kb', '1'];
const bytes = 32_768;

test.each(fanOuts)(
  'a node frozen until Redis cuts it, a second at least, delivers all of it afterwards (%s)',
  async (PLENUM_FANOUT) => {
    const environment = { PLENUM_FANOUT, PLENUM_MESSAGE_MAX_BYTES: String(bytes) };
    await using cluster = await Cluster.start(environment, { args: tightBuffers });
    await using traffic = new CheckedTraffic(cluster.url);
    const members = await traffic.group('lake', names('swan', 6), cluster.urls);
    traffic.keepSending(members, 'lake', { everyMs: 1, bytes });
    traffic.keepChanging(members, 'lake');
    await traffic.until(100);
    const subscribers = await subscribersOf(cluster);
    const frozen = cluster.node(0);
    process.kill(frozen.pid, 'SIGSTOP');
    try {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      // How soon its buffer is full depends on how fast the others speak.
      await eventually(async () => expect(await subscribersOf(cluster)).not.toEqual(subscribers));
    } finally {
      process.kill(frozen.pid, 'SIGCONT');
    }
    await traffic.until(100);
    await traffic.expectComplete();
    expect(traffic.changes).toBeGreaterThan(10);
  },
);

/** Ids of the connections on which the nodes listen. */
async function subscribersOf({ admin }: Cluster): Promise<readonly string[]> {
  const list = String(await admin.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
  return [...list.matchAll(/^id=(\d+)/gm)].map(([, id = '']) => id).toSorted();
}
