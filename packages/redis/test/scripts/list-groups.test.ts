import { createCommand, deleteCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { onEveryRedis, type Stage } from './stage.ts';

const settings = { membershipRatePerSec: 1e6, membershipRateBurst: 1e6 };

async function withGroups(stage: Stage, ids: readonly string[]): Promise<void> {
  for (const groupId of ids) await stage.do(createCommand({ groupId, actor: 'owner' }));
}

async function pages(stage: Stage, query: { prefix: string; limit: number }): Promise<readonly string[][]> {
  const found: string[][] = [];
  let cursor: string | null = null;
  do {
    const page = await stage.groups.list({ ...query, cursor });
    found.push([...page.rows]);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

onEveryRedis((open) => {
  test('pages go through all groups by id, whatever their partition', async () => {
    const stage = open({ settings });
    const ids = Array.from({ length: 30 }, (_, number) => `g${String(number).padStart(2, '0')}`);
    await withGroups(stage, [...ids].reverse());
    const found = await pages(stage, { prefix: '', limit: 7 });
    expect(found.flat()).toEqual(ids);
    expect(found.map((page) => page.length)).toEqual([7, 7, 7, 7, 2]);
  });

  test('a prefix is taken literally, at both ends of the charset too', async () => {
    const stage = open({ settings });
    await withGroups(stage, ['a', 'a+', 'a~~', 'ab', 'b', 'A', 'a.b']);
    expect(await pages(stage, { prefix: 'a', limit: 10 })).toEqual([['a', 'a+', 'a.b', 'ab', 'a~~']]);
    expect(await pages(stage, { prefix: 'a.', limit: 10 })).toEqual([['a.b']]);
    expect(await pages(stage, { prefix: '(é', limit: 10 })).toEqual([[]]);
  });

  test('a deleted group is not listed', async () => {
    const stage = open({ settings });
    await withGroups(stage, ['g1', 'g2']);
    await stage.do(deleteCommand({ groupId: 'g1', actor: 'owner' }));
    expect(await pages(stage, { prefix: 'g', limit: 10 })).toEqual([['g2']]);
  });

  test('a cursor that is no group id is refused', async () => {
    const stage = open({ settings });
    await expect(stage.groups.list({ prefix: '', cursor: 'é', limit: 10 })).rejects.toMatchObject({
      failure: { code: 'invalid_args' },
    });
  });
});
