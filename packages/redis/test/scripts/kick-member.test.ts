import { kickCommand, messageDraft } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis } from './stage.ts';

onEveryRedis((open) => {
  test('no entry of a kicked member follows the kick', async () => {
    const stage = open();
    await stage.create();
    await stage.admit('u1');
    const sends = Array.from({ length: 15 }, () => stage.log.append(messageDraft({ groupId, sender: 'u1' })));
    const kicked = await stage.do(kickCommand({ groupId, actor: 'owner', userId: 'u1', reason: 'spam' }));
    const outcomes = await Promise.all([...sends, stage.log.append(messageDraft({ groupId, sender: 'u1' }))]);
    const seqs = outcomes.flatMap((outcome) => (outcome.type === 'appended' ? [outcome.seq] : []));
    expect(Math.max(0, ...seqs)).toBeLessThan(kicked.seq);
    expect(outcomes.at(-1)).toEqual({ type: 'refused', failure: { code: 'not_a_member' } });
  });

  test('the last admin cannot be kicked, not even by the service', async () => {
    const stage = open();
    await stage.create();
    expect(await stage.groups.change(kickCommand({ groupId, actor: '$service', userId: 'owner' }))).toEqual({
      type: 'refused',
      failure: { code: 'last_admin' },
    });
  });
});
