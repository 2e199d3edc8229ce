import { messageDraft } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { admitMessage, appendMessages, kickMember } from '../../src/script-calls/index.ts';
import { groupId, onEveryRedis } from './stage.ts';

onEveryRedis((open) => {
  test.each([admitMessage, kickMember])(
    '$file begun after its deadline only returns the time',
    async (script) => {
      const stage = open();
      const keys = script.keys.map((name) => `${stage.keys.prefix}:{p1}:${name}`);
      const args = script.args.map(() => '0');
      expect(await stage.redis.eval(script.text.lua, keys.length, ...keys, ...args)).toEqual([
        'late',
        expect.stringMatching(/^\d{13}$/),
      ]);
      expect(await stage.keyNames()).toEqual([]);
    },
  );

  test('each message of a batch that begins after its deadline is late', async () => {
    const stage = open();
    const keys = appendMessages.keys.map((name) => `${stage.keys.prefix}:{p1}:${name}`);
    const args = appendMessages.args.map((name) => (name.endsWith('Count') ? '1' : '0'));
    expect(await stage.redis.eval(appendMessages.text.lua, keys.length, ...keys, ...args)).toEqual([
      'answers',
      expect.stringMatching(/^\d{13}$/),
      'late',
    ]);
    expect(await stage.keyNames()).toEqual([]);
  });

  test('a clock that has fallen an hour behind corrects itself on the way', async () => {
    const stage = open();
    await stage.create();
    stage.clock.observe(stage.clock.nowMs() - 3_600_000, stage.clock.monotonicMs());
    expect(await stage.log.append(messageDraft({ groupId, sender: 'owner' }))).toMatchObject({ seq: 2 });
    const [seconds] = await stage.redis.time();
    expect(Math.abs(stage.clock.nowMs() - Number(seconds) * 1000)).toBeLessThan(5000);
  });
});
