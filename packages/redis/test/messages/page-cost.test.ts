/** The cost of reading a page, in commands of Redis: it depends on the page only. */
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, type Stage } from '../scripts/stage.ts';
import { must, read } from './message-stage.ts';

const settings = { ratePerSec: 1e6, rateBurst: 1e6 };

/** Calls of each command while `act` runs. */
async function callsOf(stage: Stage, act: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> {
  await act();
  await stage.redis.config('RESETSTAT');
  await act();
  const stats = await stage.redis.info('commandstats');
  const calls = [...stats.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)].map(([, name = '', count]) => [
    name,
    Number(count),
  ]);
  return Object.fromEntries(calls.filter(([name]) => name !== 'info' && name !== 'config'));
}

onEveryRedis((open) => {
  test('a page of a group without changes costs what it cost before there were any', async () => {
    const stage = open({ settings });
    await stage.create();
    for (let at = 0; at < 20; at += 1) await stage.send('owner');
    const calls = await callsOf(stage, () => stage.log.after(groupId, 0, 50));
    expect(calls).toEqual({ evalsha: 1, time: 1, hmget: 1, xrange: 2 });
    await stage.send('owner');
    const before = await callsOf(stage, () => stage.send('owner'));
    const { messageId } = await stage.send('owner');
    await must(stage, 'react', messageId);
    expect(await callsOf(stage, () => stage.send('owner'))).toEqual(before);
  });

  test('a page costs the same with two reactions in the group and with 100,000', async () => {
    const stage = open({ settings });
    const { keys, redis } = stage;
    await stage.create();
    await stage.admit('alice');
    const ids: string[] = [];
    for (let at = 0; at < 20; at += 1) ids.push((await stage.send('owner')).messageId);
    for (const id of [ids[3], ids[9]]) await must(stage, 'react', id ?? '', { actor: 'alice' });
    const page = () => read(stage, 'alice');
    const few = await callsOf(stage, page);
    // Each user has reacted to the same two messages.
    for (const seq of [6, 12]) {
      const padded = String(seq).padStart(16, '0');
      for (let from = 0; from < 50_000; from += 5000) {
        const reactors = Array.from({ length: 5000 }, (_, at) => [0, `${padded} 00 user-${from + at}`]);
        await redis.zadd(keys.reactors(groupId), ...reactors.flat());
      }
      const record = await redis.hget(keys.present(groupId), String(seq));
      await redis.hset(keys.present(groupId), String(seq), record?.replace('\n1\t', '\n50001\t') ?? '');
    }
    expect(await callsOf(stage, page)).toEqual(few);
    expect(few).toMatchObject({ evalsha: 1, zmscore: 2 });
    const [, , , , , message] = await page();
    expect(message.result.reactions).toEqual({ '👍': { count: 50_001, me: true } });
    expect(await must(stage, 'react', ids[3] ?? '', { actor: 'owner' })).toMatchObject({ count: 50_002 });
    const taken = await callsOf(stage, () => must(stage, 'take_down', ids[3] ?? ''));
    expect(taken).not.toHaveProperty('zmscore');
  });
});
