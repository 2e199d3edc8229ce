/**
 * A burst leaves as one write. These tests use real sockets: if engine.io or ws stops accepting encoded frames, the
 * clients get nothing and the tests fail.
 */
import type { Device, FanOut, LogEntry } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import type { Socket } from 'socket.io-client';
import { describe, expect, test, vi } from 'vitest';
import { createFanOut } from '../src/index.ts';
import { SocketDevice } from '../src/outbound/socket-device.ts';
import { type Edge, startEdge } from './edge.ts';
import { recordingLogger } from './fake-domain.ts';

const groupId = groupIdSchema.parse('g1');
const otherGroupId = groupIdSchema.parse('g2');
const message = (seq: number, text = 'hello'): LogEntry => ({
  type: 'message',
  epoch: '00000000000000aa',
  seq,
  wire: Buffer.from(JSON.stringify({ request_id: 'r', success: true, result: { seq, text } })),
});

const seqsOf = (client: Socket): number[] => {
  const seqs: number[] = [];
  client.on('relay_message', ({ result }) => seqs.push(result.seq));
  return seqs;
};
const deviceOf = (edge: Edge, userId: string): Device => {
  const found = [...edge.hub.devices.keys()].find((device) => device.userId === userId);
  if (found === undefined) throw new Error(`${userId} is not connected`);
  return found;
};

/** A device that is no socket: it records the order in which it was served. */
const listener = (id: string, served: string[]): Device => ({
  id,
  userId: '$service',
  isAuto: false,
  push: (event, body) =>
    served.push(`${id} ${event} ${JSON.stringify(body).match(/"seq":(\d+)/)?.[1] ?? ''}`.trim()),
  drained: async () => {},
});

/** A clock that moves by `stepMs` at every read. */
const hastyFanOut = (stepMs: number): FanOut => {
  let nowMs = 0;
  const monotonicMs = () => {
    nowMs += stepMs;
    return nowMs;
  };
  return createFanOut({ logger: recordingLogger([]), clock: { monotonicMs, after: () => () => {} } });
};

test('what is delivered in one turn leaves as one write per socket, and in order', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  const seqs = seqsOf(client);
  const writeFrames = vi.spyOn(SocketDevice.prototype, 'writeFrames');
  const to = new Set([deviceOf(edge, 'ann')]);
  for (let seq = 1; seq <= 100; seq += 1) edge.fanOut.deliver(groupId, to, [message(seq)]);
  await eventually(() => expect(seqs).toEqual(Array.from({ length: 100 }, (_, i) => i + 1)));
  expect(writeFrames).toHaveBeenCalledTimes(1);
  writeFrames.mockRestore();
});

test('frames of every length arrive whole', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  const texts: string[] = [];
  client.on('relay_message', ({ result }) => texts.push(result.text));
  const sent = [0, 40, 60, 61, 62, 63, 64, 65, 66, 126, 1000, 65_440, 65_441, 65_500, 65_536, 100_000].map(
    (length) => 'é'.repeat(length / 2).padEnd(length, 'x'),
  );
  edge.fanOut.deliver(
    groupId,
    [deviceOf(edge, 'ann')],
    sent.map((text, i) => message(i, text)),
  );
  await eventually(() => expect(texts).toEqual(sent));
});

test('who joins the set after a delivery does not get it, and who leaves still does', async () => {
  const served: string[] = [];
  const fanOut = createFanOut({
    logger: recordingLogger([]),
    clock: { monotonicMs: () => 0, after: () => () => {} },
  });
  const [stays, leaves, comes] = ['stays', 'leaves', 'comes'].map((id) => listener(id, served));
  if (stays === undefined || leaves === undefined || comes === undefined) throw new Error('unreachable');
  const live = new Set([stays, leaves]);
  fanOut.deliver(groupId, live, [message(1)]);
  fanOut.seal(groupId);
  live.delete(leaves);
  live.add(comes);
  fanOut.deliver(groupId, live, [message(2)]);
  await eventually(() =>
    expect(served).toEqual([
      'stays relay_message 1',
      'leaves relay_message 1',
      'stays relay_message 2',
      'comes relay_message 2',
    ]),
  );
});

describe('a big group', () => {
  test('is written in slices that keep the order, also when the set changes in between', async () => {
    const served: string[] = [];
    const fanOut = hastyFanOut(100);
    const members = Array.from({ length: 300 }, (_, i) => listener(`s${i}`, served));
    const live = new Set(members);
    fanOut.deliver(groupId, live, [message(1)]);
    await new Promise((resolve) => setImmediate(resolve));
    const afterOneTurn = served.length;
    expect(afterOneTurn).toBeLessThan(300);
    fanOut.seal(groupId);
    const late = listener('late', served);
    live.add(late);
    fanOut.deliver(groupId, live, [message(2)]);
    await eventually(() => expect(served).toHaveLength(601));
    for (const { id } of members) {
      expect(served.filter((line) => line.startsWith(`${id} `))).toEqual([
        `${id} relay_message 1`,
        `${id} relay_message 2`,
      ]);
    }
    expect(served.filter((line) => line.startsWith('late'))).toEqual(['late relay_message 2']);
  });

  test('gets ephemeral pushes in slices, each in its place among entries and the pushes after it', async () => {
    const served: string[] = [];
    const fanOut = hastyFanOut(100);
    const members = Array.from({ length: 300 }, (_, i) => listener(`s${i}`, served));
    const live = new Set(members);
    const payload = { group_id: groupId, user_id: userIdSchema.parse('ann') };
    const pushTyping = () => fanOut.deliverVolatile(groupId, members, [{ event: 'typing', payload }]);
    pushTyping();
    expect(served.length).toBeLessThan(300);
    fanOut.deliver(groupId, live, [message(1)]);
    // As a message that is kept nowhere: its recipients are looked up when the entries before it are written.
    fanOut.whenWritten(groupId, () => pushTyping());
    fanOut.deliver(groupId, live, [message(2)]);
    pushTyping();
    await eventually(() => expect(served).toHaveLength(1500));
    for (const { id } of members) {
      expect(served.filter((line) => line.startsWith(`${id} `))).toEqual(
        ['typing', 'relay_message 1', 'typing', 'relay_message 2', 'typing'].map((line) => `${id} ${line}`),
      );
    }
  });

  test('frees the event loop between its slices', async () => {
    const fanOut = hastyFanOut(100);
    let turns = 0;
    const count = () => {
      turns += 1;
      if (turns < 1000) setImmediate(count);
    };
    const served: string[] = [];
    fanOut.deliver(
      groupId,
      Array.from({ length: 1000 }, (_, i) => listener(`s${i}`, served)),
      [message(1)],
    );
    setImmediate(count);
    await eventually(() => expect(served).toHaveLength(1000));
    expect(turns).toBeGreaterThan(10);
  });
});

describe('many groups', () => {
  test('are written in slices too, however small each of them is', async () => {
    const served: string[] = [];
    const fanOut = hastyFanOut(100);
    for (let i = 0; i < 300; i += 1) {
      fanOut.deliver(groupIdSchema.parse(`g${i}`), [listener(`s${i}`, served)], [message(1)]);
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(served.length).toBeLessThan(300);
    await eventually(() => expect(served).toHaveLength(300));
    expect(new Set(served).size).toBe(300);
  });

  test('do not wait for one that always has more to be written', async () => {
    const served: string[] = [];
    const fanOut = hastyFanOut(100);
    const big = Array.from({ length: 300 }, () => listener('big', []));
    fanOut.deliver(groupId, big, [message(1)]);
    fanOut.deliver(otherGroupId, [listener('small', served)], [message(1)]);
    for (let turn = 2; turn < 50; turn += 1) {
      fanOut.deliver(groupId, big, [message(turn)]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(served).toEqual(['small relay_message 1']);
  });
});

test('a push waits for what was delivered to its group before, and for no other group', async () => {
  const served: string[] = [];
  const fanOut = createFanOut({
    logger: recordingLogger([]),
    clock: { monotonicMs: () => 0, after: () => () => {} },
  });
  const device = listener('d', served);
  fanOut.deliver(groupId, [device], [message(1)]);
  fanOut.push(groupId, device, 'drain', { within_ms: 1 });
  fanOut.push(otherGroupId, device, 'closing', { code: 'drain' });
  await eventually(() => expect(served).toEqual(['d closing', 'd relay_message 1', 'd drain']));
});

test('a socket on long polling takes the ordinary path and gets the same', async () => {
  await using edge = await startEdge({ config: { transports: ['websocket', 'polling'] } });
  const client = await edge.connected('ann', { transports: ['polling'], upgrade: false });
  const seqs = seqsOf(client);
  edge.fanOut.deliver(groupId, [deviceOf(edge, 'ann')], [message(1), message(2)]);
  await eventually(() => expect(seqs).toEqual([1, 2]));
});

test('plain fan-out gives the same', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  const seqs = seqsOf(client);
  const plain = createFanOut({
    logger: recordingLogger([]),
    clock: { monotonicMs: () => 0, after: () => () => {} },
    mode: 'plain',
  });
  plain.deliver(groupId, new Set([deviceOf(edge, 'ann')]), [message(1), message(2)]);
  await eventually(() => expect(seqs).toEqual([1, 2]));
});
