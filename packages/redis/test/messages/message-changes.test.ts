import { partitionOf } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { deleteCommand, leaveCommand, messageDraft, muteCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, type Stage } from '../scripts/stage.ts';
import { get, must, read, refusalIn, run, withMessage } from './message-stage.ts';

onEveryRedis((open) => {
  test('an edit is pushed with its text, and stored without it', async () => {
    const stage = open();
    const id = await withMessage(stage);
    const heard = await stage.listen();
    const edited = await must(stage, 'edit', id, {
      actor: 'alice',
      message: 'good "bye"\n',
      mentions: ['bob', 'zoe'],
    });
    expect(edited).toMatchObject({ edits: 1, isDuplicate: false, mentionsDropped: ['zoe'], seq: 5 });
    const [decoded] = await heard.decoded(1);
    expect(decoded?.header).toMatchObject({ type: 'change', seq: 5, actor: 'alice', recipientsCount: 3 });
    const live = JSON.parse(decoded?.entry.wire.toString() ?? '');
    expect(live).toMatchObject({
      type: 'edited',
      message_id: id,
      target_seq: 4,
      message: 'good "bye"\n',
      edits: 1,
    });
    expect(live.mentions).toEqual(['bob']);
    const stored = await stage.redis.xrange(stage.keys.log(groupId), '5-0', '5-0');
    expect(JSON.stringify(stored)).not.toContain('good');
    const entries = await read(stage);
    expect(entries[3].result).toMatchObject({
      message: 'good "bye"\n',
      edits: 1,
      mentions: ['bob'],
      state_seq: 5,
    });
    expect(entries[4]).toEqual(live);
  });

  test('an edit keeps what it does not give, and an equal one writes nothing', async () => {
    const stage = open();
    const id = await withMessage(stage);
    await must(stage, 'edit', id, {
      actor: 'alice',
      message: 'two',
      metadata: '{"a":{"message":"x"}}',
      mentions: ['bob'],
    });
    await must(stage, 'edit', id, { actor: 'alice', message: 'three' });
    const again = await must(stage, 'edit', id, { actor: 'alice', message: 'three', mentions: ['bob'] });
    expect(again).toMatchObject({ isDuplicate: true, edits: 2, seq: 6 });
    expect(again.editedAtMs).toBeGreaterThan(0);
    expect(await get(stage, id)).toMatchObject({
      message: 'three',
      metadata: { a: { message: 'x' } },
      mentions: ['bob'],
    });
    expect((await must(stage, 'edit', id, { actor: 'alice', message: 'three', mentions: [] })).seq).toBe(7);
    expect(await get(stage, id)).not.toHaveProperty('mentions');
    expect((await stage.log.heads([groupId])).get(groupId)?.seq).toBe(7);
  });

  test('a taken-down message leaves a dense tombstone, wherever the page begins', async () => {
    const stage = open();
    await stage.create();
    const ids: string[] = [];
    for (let at = 0; at < 6; at += 1) ids.push((await stage.send('owner', `secret ${at}`)).messageId);
    for (const id of [ids[1], ids[2], ids[5]]) await must(stage, 'take_down', id ?? '', { reason: 'spam' });
    const seqs = (range: Awaited<ReturnType<Stage['log']['after']>>) => range?.entries.map(({ seq }) => seq);
    expect(seqs(await stage.log.after(groupId, 0, 50))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (let from = 0; from < 10; from += 1) {
      const expected = [from + 1, from + 2, from + 3].filter((seq) => seq <= 10);
      expect(seqs(await stage.log.after(groupId, from, 3))).toEqual(expected);
      const before = [from - 3, from - 2, from - 1].filter((seq) => seq >= 1);
      expect(seqs(await stage.log.before(groupId, from, 3))).toEqual(before);
    }
    const tombstone = await get(stage, ids[1] ?? '');
    expect(tombstone).toMatchObject({
      deleted: true,
      deleted_by: 'owner',
      reason: 'spam',
      state_seq: 8,
      seq: 3,
    });
    expect(tombstone).not.toHaveProperty('message');
    expect(JSON.stringify(await read(stage))).not.toContain('secret 1');
  });

  test('a trimmed log that begins with tombstones begins at the first of them', async () => {
    const stage = open({ settings: { historyMaxEntries: 150, ratePerSec: 1e6, rateBurst: 1e6 } });
    await withMessage(stage);
    const ids = new Map<number, string>();
    for (let n = 0; n < 260; n += 1) {
      const { seq, messageId } = await stage.send('alice');
      ids.set(seq, messageId);
    }
    const head = async () => (await stage.log.heads([groupId])).get(groupId);
    const oldest = (await head())?.oldestSeq ?? 0;
    expect(oldest).toBeGreaterThan(5);
    for (const seq of [oldest + 2, oldest, oldest + 4, oldest + 1]) {
      await must(stage, 'take_down', ids.get(seq) ?? '');
    }
    expect((await head())?.oldestSeq).toBe(oldest);
    const position = await stage.groups.position(groupId, null);
    expect(position?.head.oldestSeq).toBe(oldest);
    const range = await stage.log.after(groupId, oldest - 1, 5);
    expect(range?.head.oldestSeq).toBe(oldest);
    expect(range?.entries.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4].map((n) => oldest + n));
    for (let n = 0; n < 100; n += 1) await stage.send('alice');
    expect((await head())?.oldestSeq).toBeGreaterThan(oldest + 5);
  });

  test('a second take-down gives the first answer, and changes of a tombstone find no message', async () => {
    const stage = open();
    const id = await withMessage(stage);
    await must(stage, 'react', id, { actor: 'bob' });
    await must(stage, 'pin', id);
    const first = await must(stage, 'take_down', id, { actor: 'alice' });
    expect(await must(stage, 'take_down', id)).toMatchObject({
      seq: first.seq,
      epoch: first.epoch,
      isDuplicate: true,
    });
    for (const operation of ['edit', 'react', 'unreact', 'pin', 'unpin'] as const) {
      const outcome = await run(stage, operation, id, {
        actor: operation.endsWith('pin') ? 'owner' : 'alice',
      });
      expect(refusalIn(outcome)).toBe('message_not_found');
    }
    expect(await stage.messages.pins(groupId)).toEqual([]);
    expect(await stage.redis.exists(stage.keys.reactors(groupId))).toBe(0);
  });

  test('the edits of a taken-down message are read without text', async () => {
    const stage = open();
    const id = await withMessage(stage);
    await must(stage, 'edit', id, { actor: 'alice', message: 'hidden' });
    await must(stage, 'take_down', id);
    const [, , , , edit] = await read(stage);
    expect(edit).toMatchObject({ type: 'edited', deleted: true, edits: 1 });
    expect(edit).not.toHaveProperty('message');
  });

  test('who may not send neither edits nor reacts, but an author takes down', async () => {
    const stage = open();
    await stage.create('strict_private');
    await stage.admit('alice', 'bob');
    const { messageId: id } = await stage.send('alice');
    expect(refusalIn(await run(stage, 'edit', id, { actor: 'bob' }))).toBe('not_author');
    expect(refusalIn(await run(stage, 'take_down', id, { actor: 'bob' }))).toBe('not_author');
    await stage.do(muteCommand({ groupId, actor: 'owner', userId: 'alice' }));
    expect(refusalIn(await run(stage, 'edit', id, { actor: 'alice' }))).toBe('muted');
    expect(refusalIn(await run(stage, 'react', id, { actor: 'alice' }))).toBe('muted');
    expect(refusalIn(await run(stage, 'react', id, { actor: 'zoe' }))).toBe('not_a_member');
    expect(refusalIn(await run(stage, 'take_down', id, { actor: 'alice' }))).toBe('changed');
    const { messageId: late } = await stage.send('bob');
    await stage.do(leaveCommand({ groupId, userId: 'bob' }));
    expect(refusalIn(await run(stage, 'take_down', late, { actor: 'bob' }))).toBe('not_a_member');
  });

  test('a message of another id is not found, and one of a past epoch is', async () => {
    const stage = open();
    const id = await withMessage(stage);
    await stage.forgetHistory();
    const { messageId: next } = await stage.send('alice', 'of the next epoch');
    const seqOf = (text: string) => text.slice(17);
    const swapped = `${next.slice(0, 16)}-${seqOf(id)}`;
    for (const wrong of [swapped, `${id.slice(0, 16)}-1`, `${id.slice(0, 16)}-99`])
      expect(refusalIn(await run(stage, 'take_down', wrong))).toBe('message_not_found');
    await must(stage, 'react', id, { actor: 'bob' });
    expect(await get(stage, swapped)).toBeNull();
    expect(refusalIn(await run(stage, 'react', swapped, { actor: 'bob' }))).toBe('message_not_found');
    expect(await must(stage, 'edit', id, { actor: 'alice' })).toMatchObject({ epoch: next.slice(0, 16) });
  });

  test('the edit window ends a day after the message was sent', async () => {
    const stage = open();
    const id = await withMessage(stage);
    await stage.redis.hset(stage.keys.group(groupId), 'edit_window_ms', '0');
    expect(refusalIn(await run(stage, 'edit', id, { actor: 'alice' }))).toBe('edit_window_over');
    await stage.redis.hset(stage.keys.group(groupId), 'edit_window_ms', '60000');
    expect(refusalIn(await run(stage, 'edit', id, { actor: 'alice' }))).toBe('changed');
  });

  test('a repeated request gets its first answer, and another payload under it is a conflict', async () => {
    const stage = open();
    const id = await withMessage(stage);
    const given = { actor: 'alice', message: 'two', requestId: 'r1' };
    const first = await must(stage, 'edit', id, given);
    await must(stage, 'edit', id, { actor: 'alice', message: 'three' });
    expect(await must(stage, 'edit', id, given)).toEqual({ ...first, isDuplicate: true });
    expect(refusalIn(await run(stage, 'edit', id, { ...given, message: 'four' }))).toBe('conflict');
  });

  test('states live as long as the log: they end with it, with the group, and by its retention', async () => {
    const stage = open({
      settings: { historyMaxEntries: 100, historyMaxAgeMs: 100_000, ratePerSec: 1e6, rateBurst: 1e6 },
    });
    const id = await withMessage(stage);
    await must(stage, 'react', id, { actor: 'bob' });
    await must(stage, 'edit', id, { actor: 'alice', mentions: ['bob'] });
    const { keys, redis } = stage;
    for (const key of [
      keys.mentions(groupId),
      keys.present(groupId),
      keys.changed(groupId),
      keys.reactors(groupId),
    ])
      expect(await redis.pttl(key)).toBeGreaterThan(await redis.pttl(keys.log(groupId)));
    expect(Number(await redis.zscore(keys.due(groupId), groupId))).toBeGreaterThan(0);
    for (let at = 0; at < 400; at += 1) await stage.send('owner');
    const { messageId: last } = await stage.send('owner');
    await must(stage, 'react', last, { actor: 'bob' });
    expect(await redis.hlen(keys.present(groupId))).toBe(1);
    expect(await redis.zcard(keys.reactors(groupId))).toBe(1);
    expect(refusalIn(await run(stage, 'react', id, { actor: 'bob' }))).toBe('message_not_found');
    await stage.do(deleteCommand({ groupId, actor: 'owner' }));
    expect(await redis.pttl(keys.present(groupId))).toBeLessThanOrEqual(600_000);
    await stage.create();
    expect(await redis.exists(keys.present(groupId), keys.changed(groupId), keys.reactors(groupId))).toBe(0);
    expect(await redis.exists(keys.mentions(groupId))).toBe(0);
  });

  test('the owner keeps the states as long as there is a log, and does not prolong the log', async () => {
    const stage = open({ settings: { historyMaxAgeMs: 100_000 } });
    const id = await withMessage(stage);
    await must(stage, 'react', id, { actor: 'bob' });
    const { keys, redis } = stage;
    const present = keys.present(groupId);
    async function afterItsTime(): Promise<void> {
      await redis.pexpire(present, 1000);
      await redis.pexpire(keys.log(groupId), 50_000);
      await redis.hset(keys.group(groupId), { next_due: 1, changes_due: 1, log_renewal: 1 });
      await redis.zadd(keys.due(groupId), 1, groupId);
      await stage.dueMutes.endDueMutes(partitionOf(groupId));
    }
    await afterItsTime();
    expect(await redis.pttl(present)).toBeGreaterThan(200_000);
    expect(await redis.pttl(keys.log(groupId))).toBeLessThanOrEqual(50_000);
    expect(Number(await redis.zscore(keys.due(groupId), groupId))).toBeGreaterThan(1);
    await redis.unlink(keys.log(groupId));
    await afterItsTime();
    expect(await redis.exists(present, keys.changed(groupId), keys.reactors(groupId))).toBe(0);
    expect(await redis.zscore(keys.due(groupId), groupId)).toBeNull();
    expect(await redis.hget(keys.group(groupId), 'changes_due')).toBeNull();
  });

  test('mentions live as long as the log, without a new one, and the first makes the group due', async () => {
    const stage = open({ settings: { historyMaxAgeMs: 100_000 } });
    await stage.create();
    await stage.admit('bob');
    const { keys, redis } = stage;
    const mentions = keys.mentions(groupId);
    const bob = userIdSchema.parse('bob');
    const mention = () =>
      stage.log.append(messageDraft({ groupId, sender: 'owner', extras: { mentions: [bob] } }));
    const due = async () => Number(await redis.zscore(keys.due(groupId), groupId));
    await stage.send('owner');
    expect(await due()).toBe(0);
    await mention();
    const firstDue = await due();
    expect(firstDue).toBeGreaterThan(0);
    expect(await redis.hget(keys.group(groupId), 'changes_due')).toBe(String(firstDue));
    await mention();
    expect(await due()).toBe(firstDue);
    expect(await redis.pttl(mentions)).toBeGreaterThan(200_000);
    async function afterItsTime(): Promise<void> {
      await redis.pexpire(mentions, 1000);
      await redis.hset(keys.group(groupId), { next_due: 1, changes_due: 1 });
      await redis.zadd(keys.due(groupId), 1, groupId);
      await stage.dueMutes.endDueMutes(partitionOf(groupId));
    }
    await afterItsTime();
    expect(await redis.pttl(mentions)).toBeGreaterThan(200_000);
    await redis.xtrim(keys.log(groupId), 'MAXLEN', 1);
    await afterItsTime();
    expect(await redis.zcard(mentions)).toBe(2);
    await redis.unlink(keys.log(groupId));
    await afterItsTime();
    expect(await redis.exists(mentions)).toBe(0);
    expect(await redis.zscore(keys.due(groupId), groupId)).toBeNull();
  });
});
