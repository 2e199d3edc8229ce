import { joinCommand, updateCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis } from './stage.ts';

/** What a JSON library in Lua would not give back as it was. */
const hostile = '{"empty":[],"none":{},"big":12345678901234567890,"text":"\\",\\":null}","deep":[[[[]]]]}';

onEveryRedis((open) => {
  test('an update changes what it names, and its entry has exactly that', async () => {
    const stage = open();
    await stage.create();
    const changes = { maxMembers: 5, history: 'since_join', metadata: '{"topic":"x"}' } as const;
    expect(await stage.do(updateCommand({ groupId, actor: 'owner', ...changes }))).toMatchObject({ seq: 2 });
    expect((await stage.wires(1))[0]).toMatch(
      /"type":"updated","user_id":"owner",.*,"changes":{"max_members":5,"history":"since_join","metadata":{"topic":"x"}}}$/,
    );
    expect(await stage.groups.group(groupId)).toMatchObject(changes);
    await stage.do(updateCommand({ groupId, actor: 'owner', maxMembers: 6 }));
    expect((await stage.wires(1))[0]).toContain('"changes":{"max_members":6}}');
    expect(await stage.groups.group(groupId)).toMatchObject({ ...changes, maxMembers: 6 });
  });

  test('null takes a setting away', async () => {
    const stage = open();
    await stage.create();
    await stage.do(updateCommand({ groupId, actor: 'owner', maxMembers: 1, metadata: '{}' }));
    await stage.do(updateCommand({ groupId, actor: 'owner', maxMembers: null, metadata: null }));
    expect((await stage.wires(1))[0]).toContain('"changes":{"max_members":null,"metadata":null}}');
    expect(await stage.groups.group(groupId)).toMatchObject({ maxMembers: null, metadata: null });
    expect(await stage.do(joinCommand({ groupId, userId: 'u1' }))).toMatchObject({ status: 'active' });
  });

  test('metadata are stored and pushed byte for byte', async () => {
    const stage = open();
    await stage.create();
    await stage.do(updateCommand({ groupId, actor: 'owner', metadata: hostile }));
    expect((await stage.groups.group(groupId))?.metadata).toBe(hostile);
    expect((await stage.wires(1))[0]).toContain(`"changes":{"metadata":${hostile}}}`);
  });

  test('the service updates as itself', async () => {
    const stage = open();
    await stage.create();
    await stage.do(updateCommand({ groupId, actor: '$service', history: 'all' }));
    expect((await stage.entries()).at(-1)).toMatchObject({ event: { type: 'updated', user_id: '$service' } });
  });

  test('a lowered limit keeps out newcomers only', async () => {
    const stage = open();
    await stage.create();
    await stage.admit('u1', 'u2');
    await stage.do(updateCommand({ groupId, actor: 'owner', maxMembers: 1 }));
    expect(await stage.groups.change(joinCommand({ groupId, userId: 'u3' }))).toMatchObject({
      failure: { code: 'group_full' },
    });
    expect(await stage.groups.group(groupId)).toMatchObject({ counts: { active: 3 } });
  });
});
