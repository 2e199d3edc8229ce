/** Slow mode in the append: one tick, several nodes, and what a group without it costs. */
import { createCommand, messageDraft, updateCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, type Stage, user } from './stage.ts';

const hourMs = 3_600_000;
const begin = async (stage: Stage, slowModeMs: number) => {
  await stage.do(createCommand({ groupId, actor: 'owner', slowModeMs }));
  await stage.admit('eve', 'sam');
};
const sendAll = (stages: readonly Stage[], count: number) =>
  Promise.all(
    stages.flatMap((stage) =>
      Array.from({ length: count }, () =>
        stage.log.append(messageDraft({ groupId, sender: 'eve', isRateLimited: false })),
      ),
    ),
  );

onEveryRedis((open) => {
  test('messages of one sender in one tick and from several nodes: one is stored', async () => {
    const stage = open();
    await begin(stage, hourMs);
    const { prefix } = stage.keys;
    const nodes = [stage, open({ prefix }), open({ prefix })];
    for (let turn = 0; turn < 100; turn += 1) {
      await stage.redis.unlink(stage.keys.slow(groupId));
      const outcomes = await sendAll(nodes, 4);
      expect(outcomes.filter(({ type }) => type === 'appended')).toHaveLength(1);
    }
  });

  test('an ended interval is removed, and the rest expires', async () => {
    const stage = open();
    await begin(stage, hourMs);
    const key = stage.keys.slow(groupId);
    await stage.redis.zadd(key, 1, 'gone', 2, 'gone-too');
    await stage.send('eve');
    expect(await stage.redis.zrange(key, '0', '-1')).toEqual(['eve']);
    const ttlMs = await stage.redis.pttl(key);
    expect(ttlMs).toBeGreaterThan(hourMs - 60_000);
    expect(ttlMs).toBeLessThanOrEqual(hourMs);
  });

  test('a group without it, and one from before the setting existed, write nothing for it', async () => {
    const stage = open();
    await begin(stage, 0);
    await stage.send('eve');
    await stage.redis.hdel(stage.keys.group(groupId), 'sending', 'edit_window_ms');
    await stage.send('eve');
    expect(await stage.redis.exists(stage.keys.slow(groupId))).toBe(0);
    const position = await stage.groups.position(groupId, user('eve'));
    expect(position?.settings).toMatchObject({ posting: 'members', slowModeMs: 0, editWindowMs: 86_400_000 });
    await stage.do(updateCommand({ groupId, actor: 'owner', posting: 'nobody' }));
    expect((await stage.groups.group(groupId))?.posting).toBe('nobody');
  });

  test('after a step back of the clock of Redis a message passes, and begins the interval anew', async () => {
    const stage = open();
    await begin(stage, 60_000);
    await stage.redis.zadd(stage.keys.slow(groupId), 9_999_999_999_999, 'eve');
    await stage.send('eve');
    const outcome = await stage.log.append(messageDraft({ groupId, sender: 'eve' }));
    const retryAfterMs = outcome.type === 'refused' ? (outcome.failure.retryAfterMs ?? 0) : 0;
    expect(outcome).toMatchObject({ failure: { code: 'slow_mode' } });
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });
});
