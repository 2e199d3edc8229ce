/** Reactions and pins as Redis keeps them: counted, bounded, listed in order. */
import { limits } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis } from '../scripts/stage.ts';
import { get, must, refusalIn, run, withMessage } from './message-stage.ts';

onEveryRedis((open) => {
  test('reactions are counted per user, and shown as first given', async () => {
    const stage = open();
    const id = await withMessage(stage);
    await must(stage, 'react', id, { actor: 'alice', reaction: 'é' });
    expect(await must(stage, 'react', id, { actor: 'bob', reaction: 'e\u0301' })).toMatchObject({
      count: 2,
      seq: 6,
    });
    expect(await must(stage, 'react', id, { actor: 'bob', reaction: 'é' })).toMatchObject({
      count: 2,
      isDuplicate: true,
    });
    await must(stage, 'react', id, { actor: 'bob', reaction: '__proto__' });
    const reactions = (await get(stage, id, 'alice')) ?? {};
    expect(JSON.stringify(reactions)).toContain(
      '"é":{"count":2,"me":true},"__proto__":{"count":1,"me":false}',
    );
    expect(JSON.stringify(await get(stage, id))).toContain('"é":{"count":2}');
    expect(await must(stage, 'unreact', id, { actor: 'alice', reaction: 'é' })).toMatchObject({ count: 1 });
    expect(await must(stage, 'unreact', id, { actor: 'alice', reaction: 'é' })).toMatchObject({
      count: 1,
      isDuplicate: true,
    });
    await must(stage, 'unreact', id, { actor: 'bob', reaction: 'é' });
    expect(await must(stage, 'react', id, { actor: 'alice', reaction: 'new' })).toMatchObject({ count: 1 });
    const page = { reactionKey: null, cursor: null, limit: 10, target: { epoch: id.slice(0, 16), seq: 4 } };
    expect((await stage.messages.reactions(groupId, page))?.rows).toEqual([
      { userId: 'alice', reaction: 'new' },
      { userId: 'bob', reaction: '__proto__' },
    ]);
  });

  test('reactions have bounds per user and per message', async () => {
    const stage = open();
    const id = await withMessage(stage);
    const names = Array.from({ length: 4 }, (_, at) => `u${at}`);
    await stage.admit(...names);
    let put = 0;
    for (const actor of names)
      for (let at = 0; at < limits.reactionsPerUserMax && put < limits.reactionsPerMessageMax; at += 1) {
        await must(stage, 'react', id, { actor, reaction: `r${put}` });
        put += 1;
      }
    const own = await run(stage, 'react', id, { actor: 'u0', reaction: 'more' });
    expect(own).toMatchObject({ failure: { code: 'too_many_reactions', details: { limit: 10 } } });
    const all = await run(stage, 'react', id, { actor: 'alice', reaction: 'more' });
    expect(all).toMatchObject({ failure: { code: 'too_many_reactions', details: { limit: 32 } } });
    expect(await must(stage, 'react', id, { actor: 'alice', reaction: 'r0' })).toMatchObject({ count: 2 });
    await must(stage, 'unreact', id, { actor: 'u3', reaction: 'r31' });
    await must(stage, 'react', id, { actor: 'alice', reaction: 'more' });
  });

  test('pages of reactions list each user once', async () => {
    const stage = open();
    const id = await withMessage(stage);
    for (const actor of ['owner', 'alice', 'bob'])
      for (const reaction of ['a', 'b']) await must(stage, 'react', id, { actor, reaction });
    const target = { epoch: id.slice(0, 16), seq: 4 };
    const rows = [];
    let cursor: string | null = null;
    do {
      const page = await stage.messages.reactions(groupId, { target, reactionKey: null, cursor, limit: 2 });
      rows.push(...(page?.rows.map(({ userId, reaction }) => `${reaction} ${userId}`) ?? []));
      cursor = page?.nextCursor ?? null;
    } while (cursor !== null);
    expect(rows).toEqual(['a alice', 'a bob', 'a owner', 'b alice', 'b bob', 'b owner']);
    const one = { target, reactionKey: 'b', cursor: null, limit: 2 };
    expect((await stage.messages.reactions(groupId, one))?.rows.map(({ userId }) => userId)).toEqual([
      'alice',
      'bob',
    ]);
    const none = { target, reactionKey: 'c', cursor: null, limit: 2 };
    expect(await stage.messages.reactions(groupId, none)).toEqual({ rows: [], nextCursor: null });
    const forged = { target, reactionKey: null, cursor: '00 x y', limit: 2 };
    await expect(stage.messages.reactions(groupId, forged)).rejects.toMatchObject({
      failure: { code: 'invalid_args' },
    });
  });

  test('pins are listed in order, at most 50, as long as the log has the message', async () => {
    const stage = open({ settings: { ratePerSec: 1e6, rateBurst: 1e6 } });
    await stage.create();
    const ids: string[] = [];
    for (let at = 0; at <= limits.pinsMax; at += 1) ids.push((await stage.send('owner', 'x')).messageId);
    for (const id of ids.slice(1)) await must(stage, 'pin', id);
    expect(refusalIn(await run(stage, 'pin', ids[0] ?? ''))).toBe('too_many_pins');
    await must(stage, 'unpin', ids[3] ?? '');
    expect(await must(stage, 'pin', ids[0] ?? '', { actor: '$service' })).toMatchObject({
      isDuplicate: false,
    });
    const pins = await stage.messages.pins(groupId);
    expect(pins).toHaveLength(limits.pinsMax);
    expect(pins[0]).toMatchObject({ seq: 3, pinnedBy: 'owner' });
    expect(pins.at(-1)).toMatchObject({ seq: 2, pinnedBy: '$service' });
    expect(refusalIn(await run(stage, 'pin', ids[0] ?? '', { actor: 'nobody' }))).toBe('not_admin');
  });
});
