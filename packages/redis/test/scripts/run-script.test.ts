import { expect, test } from 'vitest';
import { forgetMembership, runScript } from '../../src/script-calls/index.ts';
import { onEveryRedis, type Stage } from './stage.ts';

const forget = ({ redis, keys }: Stage, entry = 'nonce.1') =>
  runScript(redis, forgetMembership, {
    keys: { index: keys.meta() },
    args: { groupId: 'a', entry },
  });

/** Runs of EVAL, which bring the text of a script along, and of EVALSHA, as Redis has counted them. */
async function runsOf({ redis }: Stage): Promise<Readonly<Record<string, number>>> {
  const stats = await redis.info('commandstats');
  const runs = /cmdstat_(eval|evalsha):calls=(\d+)/g;
  return Object.fromEntries([...stats.matchAll(runs)].map(([, name = '', calls]) => [name, Number(calls)]));
}

onEveryRedis((open) => {
  test('a connection sends the text of a script once', async () => {
    const stage = open();
    await stage.redis.config('RESETSTAT');
    await Promise.all([forget(stage), forget(stage)]);
    await forget(stage);
    expect(await runsOf(stage)).toEqual({ eval: 1, evalsha: 2 });
  });

  test('a server that has lost its scripts is given them again', async () => {
    const stage = open();
    await forget(stage);
    await stage.redis.script('FLUSH');
    const replies = await Promise.all([forget(stage), forget(stage), forget(stage)]);
    expect(replies.map(({ type }) => type)).toEqual(['kept', 'kept', 'kept']);
  });

  test('a server that has lost its scripts is sent a text once, however many commands hear of it', async () => {
    const stage = open();
    await forget(stage);
    await stage.redis.script('FLUSH');
    await stage.redis.config('RESETSTAT');
    await Promise.all([forget(stage), forget(stage), forget(stage)]);
    expect(await runsOf(stage)).toEqual({ eval: 1, evalsha: 5 });
  });

  test('what an argument holds is what the script is given', async () => {
    const stage = open();
    const entry = '\r\n$3\r\n é 😀 "\\';
    await stage.redis.hset(stage.keys.meta(), 'a', entry);
    await forget(stage, 'another');
    expect(await stage.redis.hget(stage.keys.meta(), 'a')).toBe(entry);
    await forget(stage, entry);
    expect(await stage.redis.hget(stage.keys.meta(), 'a')).toBeNull();
  });
});
