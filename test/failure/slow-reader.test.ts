/** One of 500 sockets does not read: it is cut and told why, its node's memory stays bounded, and nobody misses anything. */
import { readFileSync } from 'node:fs';
import { startFaultProxy } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { Cluster } from '../world/cluster.ts';
import { fanOuts } from '../world/fan-outs.ts';
import { Trial } from '../world/trial.ts';

const names = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);

/** Together they are many times what may wait for one socket, and few enough to be caught up with. */
const flood = { messages: 900, bytes: 60_000 };
/** Less than what would wait for the slow reader if nobody cut it. */
const grownMaxBytes = 32 * 1024 * 1024;

/** Resident memory of a process. */
const memoryOf = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/)?.[1]) * 1024;

test.each(fanOuts)(
  'a socket that does not read is cut, and comes back to all that it missed (%s)',
  async (PLENUM_FANOUT) => {
    await using cluster = await Cluster.start({
      PLENUM_FANOUT,
      PLENUM_MESSAGE_MAX_BYTES: String(flood.bytes),
    });
    const [first, ...others] = cluster.nodes;
    if (first === undefined) throw new Error('there are three nodes');
    await using proxy = await startFaultProxy({ targetPort: Number(new URL(first.url).port) });
    await using trial = new Trial(cluster.url);
    const members = await trial.group('hall', names('member', 499));
    const speakers = await trial.group(
      'flood',
      names('speaker', 4),
      others.map(({ url }) => url),
    );
    const slow = await trial.follower('sloth', `http://127.0.0.1:${proxy.port}`);
    for (const groupId of ['hall', 'flood']) await slow.enter(groupId, 'join_group');
    trial.talk(members.slice(0, 3), 'hall', { everyMs: 100 });
    const pour = (name: string, count: number) =>
      Promise.all(
        speakers.map(async (speaker, s) => {
          for (let i = s; i < count; i += speakers.length) {
            await trial.say(speaker, 'flood', `${name} ${i} `.padEnd(flood.bytes, '~'));
          }
        }),
      );
    // Buffers of this size are what the node is used to when its memory is looked at.
    await pour('warm', flood.messages / 3);
    const memoryBefore = memoryOf(first.pid);
    proxy.pauseDownstream();
    await pour('flood', flood.messages);
    expect(memoryOf(first.pid) - memoryBefore).toBeLessThan(grownMaxBytes);
    proxy.resumeDownstream();
    await slow.device.until('closing', { code: 'slow_consumer' });
    await trial.until(20);
    await trial.expectComplete();
    expect(slow.resumptions).toHaveLength(2);
  },
);
