import { isoTime } from '@plenum/core';
import { eventually, kickCommand, messageDraft, muteCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, user } from './stage.ts';

onEveryRedis((open) => {
  test('a timed mute has its end, for the member and for the group', async () => {
    const stage = open();
    await stage.create('strict_private');
    await stage.admit('u1');
    const muted = await stage.do(muteCommand({ groupId, actor: 'owner', userId: 'u1', forMs: 60_000 }));
    const until = isoTime(muted.mutedUntilMs ?? 0);
    expect((await stage.entries()).at(-1)).toMatchObject({ event: { type: 'muted', muted_until: until } });
    expect(await stage.log.append(messageDraft({ groupId, sender: 'u1' }))).toMatchObject({
      failure: { code: 'muted', details: { muted_until: until } },
    });
  });

  test('a mute without an end has none', async () => {
    const stage = open();
    await stage.create('strict_private');
    await stage.admit('u1');
    const muted = await stage.do(muteCommand({ groupId, actor: 'owner', userId: 'u1' }));
    expect(muted).toMatchObject({ status: 'muted', mutedUntilMs: null });
    expect((await stage.wires(1))[0]).not.toContain('muted_until');
    expect(await stage.log.append(messageDraft({ groupId, sender: 'u1' }))).toEqual({
      type: 'refused',
      failure: { code: 'muted' },
    });
  });

  test('a mute whose time has come reads as ended, and the next change records that before itself', async () => {
    const stage = open();
    await stage.create('strict_private');
    await stage.admit('u1', 'u2');
    await stage.do(muteCommand({ groupId, actor: 'owner', userId: 'u1', forMs: 1 }));
    await eventually(async () => expect(await stage.member('u1')).toMatchObject({ status: 'active' }));
    expect(await stage.groups.group(groupId)).toMatchObject({
      counts: { active: 3, muted: 0 },
      head: { seq: 4 },
    });
    const heard = await stage.listen();
    const kicked = await stage.do(kickCommand({ groupId, actor: 'owner', userId: 'u2' }));
    expect(kicked.seq).toBe(6);
    const [unmuted, kick] = await heard.decoded(2);
    expect(unmuted).toMatchObject({
      header: { actor: '$service', requestId: '', seq: 5 },
      entry: { event: { type: 'unmuted', user_id: 'u1', actor_id: '$service', reason: 'expired' } },
    });
    expect(kick).toMatchObject({ entry: { event: { type: 'kicked' } } });
    expect(await stage.groups.group(groupId)).toMatchObject({ counts: { active: 2, muted: 0 } });
  });

  test('a refused change keeps and publishes the mutes that it ended', async () => {
    const stage = open();
    await stage.create('strict_private');
    await stage.admit('u1');
    await stage.do(muteCommand({ groupId, actor: 'owner', userId: 'u1', forMs: 1 }));
    await eventually(async () => expect(await stage.member('u1')).toMatchObject({ status: 'active' }));
    const heard = await stage.listen();
    await stage.groups.change(kickCommand({ groupId, actor: 'u1', userId: 'owner' }));
    expect(await heard.decoded(1)).toMatchObject([{ entry: { event: { type: 'unmuted' } } }]);
    expect(await stage.groups.position(groupId, user('u1'))).toMatchObject({ head: { seq: 4 } });
  });

  test('sixty mutes that end together are ended fifty at a time, the sender always among them', async () => {
    const stage = open();
    await stage.create('strict_private');
    const names = Array.from({ length: 60 }, (_, index) => `u${String(index).padStart(2, '0')}`);
    await stage.admit(...names);
    for (const userId of names) {
      await stage.do(muteCommand({ groupId, actor: 'owner', userId, forMs: 3_600_000 }));
    }
    await stage.redis.zadd(stage.keys.mutes(groupId), ...names.flatMap((name, index) => [index + 1, name]));
    for (const name of names) {
      const record = await stage.redis.hget(stage.keys.members(groupId), name);
      const ended = String(record).replace(/\d+$/, '1');
      await stage.redis.hset(stage.keys.members(groupId), name, ended);
    }
    await stage.redis.hset(stage.keys.group(groupId), 'next_due', 1);
    await stage.send('u59');
    expect(await stage.redis.zcard(stage.keys.mutes(groupId))).toBe(9);
    await stage.send('owner');
    expect(await stage.groups.group(groupId)).toMatchObject({ counts: { active: 61, muted: 0 } });
    expect(await stage.redis.hget(stage.keys.group(groupId), 'next_due')).toBe('');
  });
});
