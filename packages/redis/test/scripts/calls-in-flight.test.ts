import { setImmediate as nextTurn } from 'node:timers/promises';
import { groupIdSchema } from '@plenum/protocol';
import { createCommand, eventually, messageDraft, startRedis } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { startEngine } from '../start-engine.ts';

const groupId = groupIdSchema.parse('g1');
const ofEachKind = 2500;

test('all ports together have 10,000 calls in flight on one connection, not 10,000 each', async () => {
  await using server = await startRedis();
  await using started = await startEngine({ url: server.url });
  const { groups, log, leases, outbox } = started.engine;
  await groups.change(createCommand({ groupId, actor: 'owner' }));
  await server.pause();
  const settled: Promise<unknown>[] = [];
  for (let i = 0; i < ofEachKind; i += 1) {
    const asked = [
      log.append(messageDraft({ groupId, sender: 'owner', requestId: `r${i}` })),
      leases.acquire(i % 256, 'node'),
      groups.change(createCommand({ groupId: `g-${i}`, actor: 'owner' })),
      outbox.read(i % 256, 'archive', 1),
    ];
    settled.push(Promise.allSettled(asked));
  }
  let refusal: unknown = 'it waits';
  settled.push(
    leases.acquire(0, 'node').catch((error: unknown) => {
      refusal = error;
    }),
  );
  await nextTurn();
  expect(refusal).toMatchObject({ failure: { code: 'unavailable' } });
  await server.resume();
  await Promise.all(settled);
  await eventually(() => leases.acquire(0, 'node'));
});
