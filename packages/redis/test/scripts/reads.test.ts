import type { LogRange } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { joinCommand, kickCommand, muteCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, type Stage } from './stage.ts';

const seqs = (range: LogRange | null) => range?.entries.map(({ seq }) => seq);

async function withMessages(stage: Stage, count: number) {
  await stage.create();
  for (let sent = 0; sent < count; sent += 1) await stage.send('owner', `message ${sent}`);
}

onEveryRedis((open) => {
  test('a range after a seq ascends and comes with the head of the same instant', async () => {
    const stage = open();
    await withMessages(stage, 5);
    const range = await stage.log.after(groupId, 2, 3);
    expect(seqs(range)).toEqual([3, 4, 5]);
    expect(range?.head).toMatchObject({ seq: 6, oldestSeq: 1, isDeleted: false });
    expect(seqs(await stage.log.after(groupId, 6, 3))).toEqual([]);
  });

  test('a range before a seq is its latest part, ascending too', async () => {
    const stage = open();
    await withMessages(stage, 5);
    expect(seqs(await stage.log.before(groupId, 6, 3))).toEqual([3, 4, 5]);
    expect(seqs(await stage.log.before(groupId, 3, 50))).toEqual([1, 2]);
    expect(seqs(await stage.log.before(groupId, Number.MAX_SAFE_INTEGER, 2))).toEqual([5, 6]);
    expect(seqs(await stage.log.before(groupId, 0, 3))).toEqual([]);
  });

  test('entries of a finished epoch keep its name', async () => {
    const stage = open();
    const { epoch } = await stage.create();
    await stage.send('owner');
    await stage.forgetHistory();
    const { epoch: next } = await stage.send('owner');
    expect((await stage.entries()).map((entry) => entry.epoch)).toEqual([epoch, epoch, next]);
  });

  test('heads of many groups leave out those that do not exist, and an emptied log says so', async () => {
    const stage = open();
    await withMessages(stage, 2);
    await stage.redis.unlink(stage.keys.log(groupId));
    const heads = await stage.log.heads([groupId, groupIdSchema.parse('nowhere')]);
    expect([...heads]).toEqual([[groupId, expect.objectContaining({ seq: 3, oldestSeq: 4 })]]);
  });

  test('pages list receivers and applicants in the order in which they came', async () => {
    const stage = open();
    await stage.create('strict_private');
    await stage.do(joinCommand({ groupId, userId: 'applicant-1' }));
    await stage.admit('u1', 'u2');
    await stage.do(joinCommand({ groupId, userId: 'applicant-2' }));
    await stage.do(muteCommand({ groupId, actor: 'owner', userId: 'u1' }));
    const listed: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await stage.groups.members(groupId, { cursor, limit: 2, status: null });
      listed.push(...(page?.rows.map(({ userId, status }) => `${userId} ${status}`) ?? []));
      cursor = page?.nextCursor ?? null;
    } while (cursor !== null);
    expect(listed).toEqual([
      'owner active',
      'applicant-1 pending',
      'u1 muted',
      'u2 active',
      'applicant-2 pending',
    ]);
  });

  test('a page of one status holds no other', async () => {
    const stage = open();
    await stage.create('strict_private');
    await stage.admit('u1', 'u2');
    await stage.do(joinCommand({ groupId, userId: 'applicant' }));
    await stage.do(muteCommand({ groupId, actor: 'owner', userId: 'u1' }));
    const names = async (status: 'active' | 'muted' | 'pending') =>
      (await stage.groups.members(groupId, { cursor: null, limit: 10, status }))?.rows.map(
        (row) => row.userId,
      );
    expect(await names('active')).toEqual(['owner', 'u2']);
    expect(await names('muted')).toEqual(['u1']);
    expect(await names('pending')).toEqual(['applicant']);
  });

  test.each(['', 'x1', 'r', 'r-1', 'r1e3'])('the foreign cursor %j is refused', async (cursor) => {
    const stage = open();
    await stage.create();
    await expect(stage.groups.members(groupId, { cursor, limit: 2, status: null })).rejects.toMatchObject({
      failure: { code: 'invalid_args' },
    });
  });

  test('reads work while Redis refuses writes', async () => {
    const stage = open();
    await withMessages(stage, 1);
    const [, before = '0'] = (await stage.redis.config('GET', 'maxmemory')) as string[];
    await stage.redis.config('SET', 'maxmemory', '1');
    try {
      expect(seqs(await stage.log.after(groupId, 0, 5))).toEqual([1, 2]);
      await expect(stage.send('owner')).rejects.toMatchObject({ failure: { code: 'unavailable' } });
      await expect(
        stage.groups.change(kickCommand({ groupId, actor: 'owner', userId: 'nobody' })),
      ).rejects.toMatchObject({ failure: { code: 'unavailable' } });
    } finally {
      await stage.redis.config('SET', 'maxmemory', before);
    }
  });
});
