/** Tests the entries that wait in an outbox, cursors, fences and room queues. */
import { partitionOf } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { joinCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { beginOutbox, textOf } from '../../scene/outbox-scene.ts';
import { verdict } from '../../scene/scene.ts';

/** What waits, and how cursors pass it. */
export function passing(makeEngine: MakeEngine): void {
  test('messages and membership changes wait in the order of the log, as an archive gets them', async () => {
    await using outbox = await beginOutbox(makeEngine);
    const { scene } = outbox;
    await scene.send('owner', 'one');
    await scene.do(joinCommand({ groupId: scene.groupId, userId: 'guest' }));
    await scene.send('guest', 'two');
    const { entries } = await outbox.read();
    expect(entries.map(textOf)).toEqual(['created', 'one', 'joined', 'two']);
    const { epoch } = (await scene.group()).head;
    expect(entries.map(({ entry }) => entry.message_id)).toEqual(
      [1, 2, 3, 4].map((seq) => `${epoch}-${seq}`),
    );
  });

  test('without adapters nothing waits', async () => {
    await using outbox = await beginOutbox(makeEngine, { kinds: [] });
    await outbox.scene.send('owner', 'one');
    expect(await outbox.isWaiting()).toBe(false);
    expect(await outbox.scene.engine.outbox.read(outbox.lease.partition, 'archive', 1)).toBeNull();
  });

  test('a batch begins at the cursor', async () => {
    await using outbox = await beginOutbox(makeEngine);
    for (const text of ['one', 'two', 'three']) await outbox.scene.send('owner', text);
    const first = await outbox.read('archive', 2);
    expect(first.entries.map(textOf)).toEqual(['created', 'one']);
    expect(first.waiting).toBe(4);
    await outbox.pass({ cursor: first.endOffset, passed: first.entries });
    expect((await outbox.read()).entries.map(textOf)).toEqual(['two', 'three']);
  });

  test('each kind has a cursor of its own, and an entry waits until all have passed it', async () => {
    await using outbox = await beginOutbox(makeEngine, { kinds: ['archive', 'notifier'] });
    await outbox.scene.send('owner', 'one');
    await outbox.pass({ kind: 'archive' });
    expect((await outbox.read('archive')).entries).toEqual([]);
    expect((await outbox.read('notifier')).entries.map(textOf)).toEqual(['created', 'one']);
    expect(await outbox.isWaiting()).toBe(true);
    await outbox.pass({ kind: 'notifier' });
    expect(await outbox.isWaiting()).toBe(false);
  });

  test('partitions with nothing in them are not named as waiting', async () => {
    await using outbox = await beginOutbox(makeEngine);
    const { partition } = outbox.lease;
    const other = partitionOf(groupIdSchema.parse('another'));
    expect(await outbox.scene.engine.outbox.waiting([partition, other])).toEqual(new Set([partition]));
  });

  test('a commit under an old token changes nothing', async () => {
    await using outbox = await beginOutbox(makeEngine);
    const stale = { ...outbox.lease, token: outbox.lease.token - 1 };
    expect(await outbox.pass({}, stale)).toBe('not_owner');
    expect(await outbox.pass({}, { ...outbox.lease, nodeId: 'node-2' })).toBe('not_owner');
    expect(await outbox.scene.engine.outbox.open(stale)).toBe('not_owner');
    expect((await outbox.read()).entries.map(textOf)).toEqual(['created']);
  });

  test('a commit after the lease was given back changes nothing', async () => {
    await using outbox = await beginOutbox(makeEngine);
    await outbox.scene.engine.leases.release(outbox.lease);
    expect(await outbox.pass()).toBe('not_owner');
  });

  test('a commit that expects the cursor elsewhere changes nothing', async () => {
    await using outbox = await beginOutbox(makeEngine);
    const { cursor } = await outbox.read();
    await outbox.pass();
    await outbox.scene.send('owner', 'one');
    expect(await outbox.pass({ expectedCursor: cursor })).toBe('moved');
    expect((await outbox.read()).entries.map(textOf)).toEqual(['one']);
  });

  test('the mark of a message that is half done stays until the cursor passes it', async () => {
    await using outbox = await beginOutbox(makeEngine);
    const pageMark = { messageId: 'any-1', membersCursor: 'r:500' };
    await outbox.stay({ pageMark });
    expect((await outbox.read()).pageMark).toEqual(pageMark);
    await outbox.pass();
    expect((await outbox.read()).pageMark).toBeNull();
  });

  test('messages above the limit are refused until the archive has passed some', async () => {
    await using outbox = await beginOutbox(makeEngine, { roomQueueLimit: 3 });
    const { scene } = outbox;
    await scene.send('owner', 'one');
    await scene.send('owner', 'two');
    expect(await scene.send('owner', 'three')).toEqual({
      type: 'refused',
      failure: { code: 'room_overloaded', retryAfterMs: 1000 },
    });
    const { entries } = await outbox.read('archive', 1);
    await outbox.pass({ cursor: entries.at(-1)?.offset ?? '', passed: entries });
    expect(verdict(await scene.send('owner', 'four'))).toBe('done');
    expect(verdict(await scene.send('owner', 'five'))).toBe('room_overloaded');
  });

  test('only the archive is waited for: with a notifier alone nothing is refused', async () => {
    await using outbox = await beginOutbox(makeEngine, { kinds: ['notifier'], roomQueueLimit: 1 });
    await outbox.scene.send('owner', 'one');
    expect(verdict(await outbox.scene.send('owner', 'two'))).toBe('done');
  });
}
