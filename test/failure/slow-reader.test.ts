/** A socket that does not read: it is cut with a reason, its node's memory stays bounded, and no device misses anything. */
import { eventually, startFaultProxy } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { CheckedTraffic } from '../support/cluster/checked-traffic.ts';
import { Cluster } from '../support/cluster/cluster.ts';
import { fanOuts } from '../support/cluster/fan-outs.ts';
import type { Device } from '../support/devices/device.ts';
import { adminToken } from '../support/wire/http.ts';

const names = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);

/** Together they are many times what may wait for one socket, and few enough to be caught up with. */
const flood = { messages: 900, bytes: 60_000 };
/** More than this does not wait for one socket; see `waitingMax` of the gateway. */
const waitingMaxBytes = 4 * 1024 * 1024;
/** Less than what would wait for the slow reader without a cut. */
const grownMaxBytes = 32 * 1024 * 1024;

async function figuresOf(url: string): Promise<(name: string) => number> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${adminToken}` } });
  const page = await answer.text();
  return (name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(page)?.[1]);
}

/** What a node keeps for its clients. */
const bufferedBytesOf = async (url: string) => (await figuresOf(url))('plenum_socket_buffered_bytes');

/** What the process of a node uses. Garbage counts until it is collected, so only the least of several looks says what is kept. */
async function usedBytesOf(url: string): Promise<number> {
  const figure = await figuresOf(url);
  return figure('nodejs_heap_size_used_bytes') + figure('nodejs_external_memory_bytes');
}

/** It comes behind all that its node had sent before. */
const untilCut = (device: Device) =>
  eventually(() => expect(device.pushes('closing')).toEqual([{ code: 'slow_consumer' }]), {
    timeoutMs: 30_000,
  });

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
    await using traffic = new CheckedTraffic(cluster.url);
    const members = await traffic.group('hall', names('member', 199));
    const speakers = await traffic.group(
      'flood',
      names('speaker', 4),
      others.map(({ url }) => url),
    );
    const slow = await traffic.follower('sloth', `http://127.0.0.1:${proxy.port}`);
    for (const groupId of ['hall', 'flood']) await slow.enter(groupId, 'join_group');
    traffic.keepSending(members.slice(0, 3), 'hall', { everyMs: 100 });
    const pour = (name: string, count: number) =>
      Promise.all(
        speakers.map(async (speaker, s) => {
          for (let i = s; i < count; i += speakers.length) {
            await traffic.sendUntilAcked(speaker, 'flood', `${name} ${i} `.padEnd(flood.bytes, '~'));
          }
        }),
      );
    // Buffers of this size are what the node is used to when its memory is looked at.
    await pour('warm', flood.messages / 3);
    const usedBefore = await usedBytesOf(first.url);
    proxy.pauseDownstream();
    await pour('flood', flood.messages);
    expect(await bufferedBytesOf(first.url)).toBeLessThan(waitingMaxBytes);
    proxy.resumeDownstream();
    await untilCut(slow.device);
    await eventually(async () => {
      expect((await usedBytesOf(first.url)) - usedBefore).toBeLessThan(grownMaxBytes);
    });
    await traffic.until(20);
    await traffic.expectComplete();
    expect(slow.resumptions).toHaveLength(2);
  },
);

/** Small enough to be caught up with group by group, and together more than may wait. */
const chatter = { groups: 12, messages: 900 };
/** No entry of the chatter is larger on the wire. */
const chatterEntryBytes = 300;

/** A message of the flood stays where it is, look after look. */
async function isClogged(url: string): Promise<boolean> {
  for (let look = 0; look < 10; look += 1) {
    if ((await bufferedBytesOf(url)) < flood.bytes) return false;
  }
  return true;
}

test.each(fanOuts)(
  'a socket for which too many small entries wait is cut, and comes back to all of them (%s)',
  async (PLENUM_FANOUT) => {
    await using cluster = await Cluster.start({
      PLENUM_FANOUT,
      PLENUM_MESSAGE_MAX_BYTES: String(flood.bytes),
    });
    const [first, ...others] = cluster.nodes;
    if (first === undefined) throw new Error('there are three nodes');
    const elsewhere = others.map(({ url }) => url);
    await using proxy = await startFaultProxy({ targetPort: Number(new URL(first.url).port) });
    await using traffic = new CheckedTraffic(cluster.url);
    const [pourer] = await traffic.group('flood', ['pourer'], elsewhere);
    if (pourer === undefined) throw new Error('there is a pourer');
    const groupIds = names('chatter', chatter.groups);
    const listeners = await traffic.group('hall', names('member', 30), [first.url]);
    const slow = await traffic.follower('sloth', `http://127.0.0.1:${proxy.port}`);
    await slow.enter('flood', 'join_group');
    const speakers = await Promise.all(
      groupIds.map(async (groupId) => {
        const [speaker] = await traffic.group(groupId, [`speaker-${groupId}`], elsewhere);
        if (speaker === undefined) throw new Error('there is a speaker');
        await slow.enter(groupId, 'join_group');
        return { speaker, groupId };
      }),
    );
    traffic.keepSending(listeners.slice(0, 3), 'hall', { everyMs: 100 });
    proxy.pauseDownstream();
    for (let i = 0; !(await isClogged(first.url)); i += 1) {
      await traffic.sendUntilAcked(pourer, 'flood', `${i} `.padEnd(flood.bytes, '~'));
    }
    const buffered = await bufferedBytesOf(first.url);
    expect(buffered + chatter.groups * chatter.messages * chatterEntryBytes).toBeLessThan(waitingMaxBytes);
    await Promise.all(
      speakers.map(async ({ speaker, groupId }) => {
        for (let i = 0; i < chatter.messages; i += 1)
          await traffic.sendUntilAcked(speaker, groupId, `${groupId} ${i}`);
      }),
    );
    proxy.resumeDownstream();
    await untilCut(slow.device);
    await traffic.until(20);
    await traffic.expectComplete();
    expect(slow.resumptions).toHaveLength(1 + chatter.groups);
    for (const { device } of listeners) expect(device.pushes('closing')).toEqual([]);
  },
);
