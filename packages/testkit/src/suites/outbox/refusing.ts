/** Tests of retries and of dead letters. */
import { PlenumError, type ScheduledRetry } from '@plenum/core';
import { type GroupId, groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { beginOutbox, type OutboxScene, textOf } from '../../scene/outbox-scene.ts';
import { verdict } from '../../scene/scene.ts';

/** The first message, and a commit that passes everything but schedules it once more. */
async function retryFirst(outbox: OutboxScene, delayMs: number, membersCursor: string | null = null) {
  const retry = { ...(await firstRefused(outbox, delayMs)), membersCursor };
  await outbox.pass({ retries: [retry] });
  return retry;
}

async function firstRefused(outbox: OutboxScene, delayMs: number): Promise<ScheduledRetry> {
  const [found] = (await outbox.read()).entries.filter(({ entry }) => entry.type === 'message');
  if (found === undefined) throw new Error('no message waits');
  const messageId = found.entry.message_id;
  return { messageId, attempts: 1, offset: found.offset, delayMs, membersCursor: null };
}

/** Entries that an adapter has refused: retries and dead letters. */
export function refusing(makeEngine: MakeEngine): void {
  test('a refused entry comes again after its delay, though the outbox has dropped it', async () => {
    await using outbox = await beginOutbox(makeEngine);
    await outbox.scene.send('owner', 'one "quoted"\nline');
    await retryFirst(outbox, 2000, 'r:7');
    const early = await outbox.read();
    expect(early.retries).toEqual([]);
    expect(early.nextRetryMs).toBeGreaterThan(0);
    expect(await outbox.isWaiting()).toBe(false);
    await outbox.scene.advance(2050);
    const { retries, nextRetryMs } = await outbox.read();
    expect(retries.map(textOf)).toEqual(['one "quoted"\nline']);
    expect(retries).toMatchObject([{ attempts: 1, membersCursor: 'r:7' }]);
    expect(nextRetryMs).toBeNull();
  });

  test('a retry that is refused again is scheduled again, one that is taken is gone', async () => {
    await using outbox = await beginOutbox(makeEngine);
    await outbox.scene.send('owner', 'one');
    const retry = await retryFirst(outbox, 0);
    await outbox.stay({ retries: [{ ...retry, attempts: 2, offset: null }] });
    expect((await outbox.read()).retries).toMatchObject([{ attempts: 2 }]);
    await outbox.stay({ deliveredRetries: [retry.messageId] });
    expect((await outbox.read()).retries).toEqual([]);
  });

  test('what the archive refuses counts for its room until it is taken or deleted', async () => {
    await using outbox = await beginOutbox(makeEngine, { roomQueueLimit: 3 });
    const { scene } = outbox;
    await outbox.pass();
    await outbox.bury('one', 'two');
    await scene.send('owner', 'three');
    const retry = await retryFirst(outbox, 0);
    expect(verdict(await scene.send('owner', 'too many'))).toBe('room_overloaded');
    await outbox.stay({ deliveredRetries: [retry.messageId] });
    expect(verdict(await scene.send('owner', 'four'))).toBe('done');
    expect(verdict(await scene.send('owner', 'too many'))).toBe('room_overloaded');
    const [first] = await outbox.letters();
    expect(await scene.engine.deadLetters.delete(first?.id ?? '')).toBe(true);
    expect(verdict(await scene.send('owner', 'five'))).toBe('done');
    expect(verdict(await scene.send('owner', 'too many'))).toBe('room_overloaded');
    const [second] = await outbox.letters();
    expect(await scene.engine.deadLetters.retry(second?.id ?? '')).toBe(true);
    expect(verdict(await scene.send('owner', 'still too many'))).toBe('room_overloaded');
    await outbox.stay({ deliveredRetries: [second?.messageId ?? ''] });
    expect(verdict(await scene.send('owner', 'six'))).toBe('done');
  });

  test('retries of one kind are none of the other', async () => {
    await using outbox = await beginOutbox(makeEngine, { kinds: ['archive', 'notifier'] });
    await outbox.scene.send('owner', 'one');
    await retryFirst(outbox, 0);
    expect((await outbox.read('notifier')).retries).toEqual([]);
  });

  test('a dead letter says what was refused, why, and how often', async () => {
    await using outbox = await beginOutbox(makeEngine);
    await outbox.bury('one');
    const [letter] = await outbox.letters();
    expect(letter).toMatchObject({ kind: 'archive', reason: 'no one', attempts: 6 });
    expect(letter?.entry).toMatchObject({ type: 'message', message: 'one', from_user_id: 'owner' });
  });

  test('a retry that dies leaves the retries and takes its text along', async () => {
    await using outbox = await beginOutbox(makeEngine);
    await outbox.scene.send('owner', 'one');
    const { messageId } = await retryFirst(outbox, 0);
    await outbox.stay({ deadLetters: [{ messageId, attempts: 6, offset: null, reason: 'never' }] });
    expect((await outbox.read()).retries).toEqual([]);
    expect((await outbox.letters()).map(textOf)).toEqual(['one']);
  });

  test('dead letters come in pages, the oldest first', async () => {
    await using outbox = await beginOutbox(makeEngine);
    const { deadLetters } = outbox.scene.engine;
    await outbox.bury('one', 'two', 'three');
    const first = await deadLetters.list({ cursor: null, limit: 2 });
    expect(first.rows.map(textOf)).toEqual(['one', 'two']);
    const second = await deadLetters.list({ cursor: first.nextCursor, limit: 2 });
    expect(second.rows.map(textOf)).toEqual(['three']);
    expect(second.nextCursor).toBeNull();
    await expect(deadLetters.list({ cursor: 'forged', limit: 2 })).rejects.toThrow(PlenumError);
  });

  test('a dead letter that is sent again is due at once with all its attempts', async () => {
    await using outbox = await beginOutbox(makeEngine);
    await outbox.bury('one', 'two');
    const [letter] = await outbox.letters();
    expect(await outbox.scene.engine.deadLetters.retry(letter?.id ?? '')).toBe(true);
    expect((await outbox.letters()).map(textOf)).toEqual(['two']);
    expect((await outbox.read()).retries).toMatchObject([{ attempts: 0, membersCursor: null }]);
    expect(await outbox.scene.engine.deadLetters.retry(letter?.id ?? '')).toBe(false);
  });

  test('a batch counts the refused entries that will be retried, without the dead letters', async () => {
    await using outbox = await beginOutbox(makeEngine, { kinds: ['archive', 'notifier'] });
    await outbox.bury('one', 'two');
    await outbox.scene.send('owner', 'three');
    await outbox.pass({ retries: [await firstRefused(outbox, 60_000)] });
    expect(await outbox.read()).toMatchObject({ retrying: 1 });
    expect(await outbox.read('notifier')).toMatchObject({ retrying: 0 });
  });

  test('too many dead letters of a group push out its own oldest, counted, and none of another', async () => {
    await using outbox = await beginOutbox(makeEngine);
    const quiet = await outbox.neighbour();
    expect(await outbox.buryIn(quiet, 'quiet one', 2)).toBe(0);
    await outbox.bury('one', 'two', 'three', 'four');
    expect(await outbox.buryIn(quiet, 'quiet two', 2)).toBe(0);
    expect(await outbox.buryIn(outbox.scene.groupId, 'five', 2)).toBe(3);
    expect((await outbox.letters()).map(textOf)).toEqual(['quiet one', 'four', 'quiet two', 'five']);
    expect(await outbox.buryIn(quiet, 'quiet three', 2)).toBe(1);
    expect((await outbox.letters()).map(textOf)).toEqual(['four', 'quiet two', 'five', 'quiet three']);
  });

  test('a dead letter that is deleted or sent again makes room for another one of its group', async () => {
    await using outbox = await beginOutbox(makeEngine);
    await outbox.bury('one', 'two', 'three');
    const [one, two] = await outbox.letters();
    expect(await outbox.scene.engine.deadLetters.delete(one?.id ?? '')).toBe(true);
    expect(await outbox.scene.engine.deadLetters.retry(two?.id ?? '')).toBe(true);
    expect(await outbox.buryIn(outbox.scene.groupId, 'four', 2)).toBe(0);
    expect((await outbox.letters()).map(textOf)).toEqual(['three', 'four']);
  });

  test('a batch counts, for each of its groups, the messages that are kept for another attempt', async () => {
    await using outbox = await beginOutbox(makeEngine);
    const { groupId: busy, engine } = outbox.scene;
    const quiet = groupIdSchema.parse(await outbox.neighbour());
    const retryingOf = async (groupId: GroupId) => {
      await outbox.sendTo(busy, 'looks');
      await outbox.sendTo(quiet, 'looks');
      return (await outbox.read()).retryingOf.get(groupId) ?? 0;
    };
    const first = await outbox.setAside(busy, 'one');
    const second = await outbox.setAside(busy, 'two');
    await outbox.setAside(quiet, 'three');
    expect([await retryingOf(busy), await retryingOf(quiet)]).toEqual([2, 1]);
    await outbox.stay({
      deliveredRetries: [first],
      deadLetters: [{ messageId: second, attempts: 6, offset: null, reason: 'no' }],
    });
    expect([await retryingOf(busy), await retryingOf(quiet)]).toEqual([0, 1]);
    const [letter] = await outbox.letters();
    expect(await engine.deadLetters.retry(letter?.id ?? '')).toBe(true);
    expect([await retryingOf(busy), await retryingOf(quiet)]).toEqual([1, 1]);
  });

  test('what has stepped aside is offered in turn: a group with one message waits for no other', async () => {
    await using outbox = await beginOutbox(makeEngine);
    const { groupId: busy } = outbox.scene;
    const quiet = await outbox.neighbour();
    const texts = Array.from({ length: 12 }, (_, at) => `busy ${at + 1}`);
    for (const text of texts) await outbox.setAside(busy, text);
    await outbox.scene.advance(100);
    await outbox.setAside(quiet, 'quiet');
    const offered = (await outbox.read()).retries.map(textOf);
    expect(offered.filter((text) => text !== 'quiet')).toEqual(texts);
    expect(offered.indexOf('quiet')).toBeLessThanOrEqual(1);
  });

  test('a dead letter that is deleted is gone', async () => {
    await using outbox = await beginOutbox(makeEngine);
    await outbox.bury('one');
    const [letter] = await outbox.letters();
    expect(await outbox.scene.engine.deadLetters.delete(letter?.id ?? '')).toBe(true);
    expect(await outbox.letters()).toEqual([]);
    expect(await outbox.scene.engine.deadLetters.delete(letter?.id ?? '')).toBe(false);
    expect(await outbox.scene.engine.deadLetters.delete('no id of ours')).toBe(false);
  });
}
