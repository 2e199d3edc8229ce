import { expect, test } from 'vitest';
import { forgetMembership, runScript } from '../../src/script-calls/index.ts';
import { onEveryRedis, user } from './stage.ts';

onEveryRedis((open) => {
  test('an entry that was written again meanwhile stays', async () => {
    const stage = open();
    const index = stage.keys.mine(user('u1'));
    await stage.redis.hset(index, 'a', 'renewed.2');
    const forget = (entry: string) =>
      runScript(stage.redis, forgetMembership, { keys: { index }, args: { groupId: 'a', entry } });
    expect(await forget('seen.1')).toMatchObject({ type: 'kept' });
    expect(await forget('renewed.2')).toMatchObject({ type: 'forgotten' });
    expect(await stage.redis.exists(index)).toBe(0);
  });
});
