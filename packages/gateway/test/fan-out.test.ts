/** Both modes of fan-out: order, one packet per entry, and devices that are no sockets. */
import type { Device, LogEntry } from '@plenum/core';
import { type GroupEvent, groupIdSchema } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import { describe, expect, test, vi } from 'vitest';
import { next, startEdge } from './edge.ts';

const groupId = groupIdSchema.parse('g1');
const epoch = '00000000000000aa';
const timestamp = '2025-01-15T10:30:00.000Z';

const payload = (seq: number) => ({
  request_id: `r${seq}`,
  success: true,
  result: {
    group_id: 'g1',
    from_user_id: 'bob',
    message: 'ünï "quoted" \u2028',
    timestamp,
    message_id: `${epoch}-${seq}`,
    epoch,
    seq,
  },
});
const message = (seq: number): LogEntry => ({
  type: 'message',
  epoch,
  seq,
  wire: Buffer.from(JSON.stringify(payload(seq))),
});
const event: GroupEvent = { group_id: groupId, type: 'joined', user_id: 'bob', epoch, seq: 2, timestamp };
const joined: LogEntry = { type: 'event', epoch, seq: 2, wire: Buffer.from(JSON.stringify(event)), event };

const firstOf = (devices: ReadonlyMap<Device, unknown>): Device => {
  const [device] = devices.keys();
  if (device === undefined) throw new Error('no device is connected');
  return device;
};

describe.each(['coalesced', 'plain'] as const)('with %s fan-out', (mode) => {
  test('entries and pushes reach a socket in the order of the calls', async () => {
    await using edge = await startEdge({ mode });
    const client = await edge.connected('ann');
    const seen: unknown[] = [];
    client.onAny((name, body) => seen.push([name, body]));
    const device = firstOf(edge.hub.devices);
    const subscribed = { groups: [] };
    edge.fanOut.deliver(groupId, [device], [message(1), joined]);
    edge.fanOut.push(groupId, device, 'subscribed', subscribed);
    edge.fanOut.deliver(groupId, [device], [message(3)]);
    await eventually(() =>
      expect(seen).toEqual([
        ['relay_message', payload(1)],
        ['group_event', event],
        ['subscribed', subscribed],
        ['relay_message', payload(3)],
      ]),
    );
  });

  test('a device that is gone or throws keeps nothing from the others', async () => {
    await using edge = await startEdge({ mode });
    const gone = await edge.connected('eve');
    const goneDevice = firstOf(edge.hub.devices);
    gone.disconnect();
    await eventually(() => expect(edge.hub.devices.size).toBe(0));
    const client = await edge.connected('ann');
    const broken: Device = {
      id: 'broken',
      userId: '$service',
      isAuto: false,
      push: () => {
        throw new Error('a listener has a bug');
      },
      drained: async () => {},
    };
    const received = next(client, 'relay_message');
    edge.fanOut.deliver(groupId, [goneDevice, broken, firstOf(edge.hub.devices)], [message(1)]);
    expect(await received).toEqual(payload(1));
    expect(edge.logs).toMatchObject([{ level: 'error', fields: { device: 'broken' } }]);
  });

  test('a device that is no socket gets the same payloads as pushes', async () => {
    await using edge = await startEdge({ mode });
    const push = vi.fn();
    const listener: Device = {
      id: 'l',
      userId: '$service',
      isAuto: false,
      push,
      drained: async () => {},
    };
    edge.fanOut.deliver(groupId, [listener], [message(1), joined]);
    await eventually(() =>
      expect(push.mock.calls).toEqual([
        ['relay_message', payload(1)],
        ['group_event', event],
      ]),
    );
  });

  test('a device is drained when its buffer is empty, and when it is gone', async () => {
    await using edge = await startEdge({ mode });
    const client = await edge.connected('ann');
    const device = firstOf(edge.hub.devices);
    edge.fanOut.deliver(
      groupId,
      [device],
      Array.from({ length: 500 }, (_, i) => message(i)),
    );
    await Promise.all([device.drained(), device.drained()]);
    client.disconnect();
    await device.drained();
  });
});
