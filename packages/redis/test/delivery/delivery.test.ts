/** What survives when a node dies between two effects of a delivery, and what a flood or an absent archive may not do. */
import type { Outbox } from '@plenum/core';
import { eventually } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { DeliveryNodes } from './delivery-nodes.ts';

const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

/** An outbox whose commits wait at a gate, and what became of them. */
function gated() {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const outcomes: string[] = [];
  let waiting = 0;
  const wrap = (outbox: Outbox): Outbox => ({
    kinds: () => outbox.kinds(),
    open: (lease) => outbox.open(lease),
    read: (partition, kind, limit) => outbox.read(partition, kind, limit),
    takenDown: (partition, messages) => outbox.takenDown(partition, messages),
    waiting: (partitions) => outbox.waiting(partitions),
    commit: async (lease, commit) => {
      waiting += 1;
      await gate;
      const committed = await outbox.commit(lease, commit);
      outcomes.push(committed.type);
      return committed;
    },
  });
  return { wrap, outcomes, open: () => open(), waiting: () => waiting };
}

test('a node that sleeps before its commit commits nothing when it wakes: its successor does', async () => {
  await using nodes = await DeliveryNodes.start();
  await nodes.create('room');
  await nodes.send('room', 'one');
  const gate = gated();
  const zombie = await nodes.node(['room'], { wrap: gate.wrap });
  await eventually(() => expect(gate.waiting()).toBe(1));
  zombie.sleep();
  await nodes.node(['room']);
  await nodes.send('room', 'two');
  await eventually(() => expect(nodes.savedOf('room')).toEqual(upTo(3)));
  gate.open();
  await eventually(() => expect(gate.outcomes).toEqual(['not_owner']));
  const counts = upTo(3).map((seq) => nodes.given.filter((entry) => entry.seq === seq).length);
  expect(counts).toEqual([2, 2, 1]);
  expect(new Set(nodes.given.map(({ message_id }) => message_id)).size).toBe(3);
});

test('a node that dies after its commit repeats nothing', async () => {
  await using nodes = await DeliveryNodes.start();
  await nodes.create('room');
  await nodes.send('room', 'one');
  const first = await nodes.node(['room']);
  await eventually(() => expect(nodes.savedOf('room')).toEqual(upTo(2)));
  await first.kill();
  await nodes.send('room', 'two');
  await nodes.node(['room']);
  await eventually(() => expect(nodes.savedOf('room')).toEqual(upTo(3)));
  expect(nodes.given.filter(({ seq }) => seq === 3)).toHaveLength(1);
});

test('while ten rooms are flooded a quiet one is served, and no accepted message is missing', async () => {
  await using nodes = await DeliveryNodes.start({ roomQueueLimit: 50 });
  const flooded = Array.from({ length: 10 }, (_, at) => `flooded-${at}`);
  await nodes.create('quiet', ...flooded);
  nodes.archive.fault('slow');
  await nodes.node(['quiet', ...flooded]);
  const accepted = new Map<string, number>();
  const codes = new Set<string>();
  const flood = flooded.map(async (room) => {
    const answers = await Promise.all(upTo(150).map((n) => nodes.send(room, `text ${n}`)));
    for (const answer of answers) codes.add(answer);
    accepted.set(room, answers.filter((answer) => answer === 'appended').length);
  });
  expect(await nodes.send('quiet', 'hello')).toBe('appended');
  await Promise.all(flood);
  expect(codes).toEqual(new Set(['appended', 'room_overloaded']));
  await eventually(() => expect(nodes.savedOf('quiet')).toEqual([1, 2]), { timeoutMs: 20_000 });
  await eventually(
    () => {
      for (const room of flooded) expect(nodes.savedOf(room)).toEqual(upTo(1 + (accepted.get(room) ?? 0)));
    },
    { timeoutMs: 20_000 },
  );
});

test('10,000 messages wait for an archive that is down, however short the log is kept', async () => {
  await using nodes = await DeliveryNodes.start({ roomQueueLimit: 20_000, historyMaxEntries: 10 });
  await nodes.create('room');
  nodes.archive.fault('throw');
  await nodes.node(['room']);
  for (let sent = 0; sent < 10_000; sent += 500) {
    await Promise.all(upTo(500).map((n) => nodes.send('room', `text ${sent + n}`)));
  }
  nodes.archive.fault(null);
  await eventually(() => expect(nodes.savedOf('room')).toHaveLength(10_001), { timeoutMs: 60_000 });
  expect(nodes.savedOf('room')).toEqual(upTo(10_001));
}, 120_000);

test('a Redis without memory is emptied, by a node that starts then, and takes messages again', async () => {
  await using nodes = await DeliveryNodes.start();
  await nodes.create('room');
  for (let sent = 0; sent < 2000; sent += 500) {
    await Promise.all(upTo(500).map(() => nodes.send('room', 'x'.repeat(1000))));
  }
  await using redis = inspecting(nodes.server.url);
  await redis.client.config('SET', 'maxmemory', await redis.usedMemory());
  await expect(nodes.send('room', 'one more')).rejects.toMatchObject({ failure: { code: 'unavailable' } });
  await nodes.node(['room']);
  await eventually(async () => expect(await nodes.send('room', 'again')).toBe('appended'), {
    timeoutMs: 20_000,
  });
  await eventually(() => expect(nodes.savedOf('room')).toEqual(upTo(2002)));
});

function inspecting(url: string) {
  const client = new Redis(url);
  return {
    client,
    usedMemory: async () => /used_memory:(\d+)/.exec(await client.info('memory'))?.[1] ?? '',
    [Symbol.asyncDispose]: async () => client.disconnect(),
  };
}
