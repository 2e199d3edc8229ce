import { messageDraft, muteCommand, unmuteCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis } from './stage.ts';

onEveryRedis((open) => {
  test('an unmuted member may send again and keeps its since_seq', async () => {
    const stage = open();
    await stage.create('strict_private');
    await stage.admit('u1');
    await stage.do(muteCommand({ groupId, actor: 'owner', userId: 'u1', forMs: 60_000 }));
    const unmuted = await stage.do(unmuteCommand({ groupId, actor: 'owner', userId: 'u1' }));
    expect(unmuted).toMatchObject({ status: 'active', mutedUntilMs: null, seq: 4 });
    expect(await stage.member('u1')).toMatchObject({ status: 'active', sinceSeq: 2 });
    expect(await stage.log.append(messageDraft({ groupId, sender: 'u1' }))).toMatchObject({ seq: 5 });
    expect(await stage.redis.zcard(stage.keys.mutes(groupId))).toBe(0);
  });
});
