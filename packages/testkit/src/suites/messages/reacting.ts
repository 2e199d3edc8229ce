/** Reactions: one per user, message and reaction; bounded; read in pages. */
import { limits, SERVICE, type UserId, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { joinCommand } from '../../commands.ts';
import { reactCommand, unreactCommand } from '../../message-commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { beginMessages, type MessageScene } from '../../scene/message-scene.ts';

/** Users with ids in the order of their numbers. */
async function crowd({ scene, groupId }: MessageScene, size: number): Promise<string[]> {
  const users = Array.from({ length: size }, (_, n) => `user-${String(n).padStart(2, '0')}`);
  for (const userId of users) await scene.do(joinCommand({ groupId, userId, actor: SERVICE, admit: true }));
  return users;
}

export function reacting(makeEngine: MakeEngine): void {
  describe('a reaction', () => {
    test('counts each user once, and shows a reader whether it is one of them', async () => {
      await using one = await beginMessages(makeEngine, { users: { guest: 'active' } });
      const { groupId } = one;
      const target = await one.send();
      const by = (actor: string) => ({ groupId, actor, target });
      expect(await one.do(reactCommand(by('guest')))).toMatchObject({ isDuplicate: false, count: 1, seq: 4 });
      expect(await one.do(reactCommand(by('owner')))).toMatchObject({ count: 2, seq: 5 });
      expect(await one.do(reactCommand(by('guest')))).toMatchObject({ isDuplicate: true, count: 2, seq: 5 });
      expect(await one.read(target, 'guest')).toMatchObject({ reactions: { '👍': { count: 2, me: true } } });
      expect(await one.do(unreactCommand(by('guest')))).toMatchObject({ isDuplicate: false, count: 1 });
      expect(await one.do(unreactCommand(by('guest')))).toMatchObject({
        isDuplicate: true,
        count: 1,
        seq: 6,
      });
      const forGuest = { reactions: { '👍': { count: 1, me: false } }, state_seq: 6 };
      expect(await one.read(target, 'guest')).toMatchObject(forGuest);
      expect((await one.history('guest'))[target.seq - 1]).toEqual(await one.read(target, 'guest'));
      const personal = async (reader: UserId | null) =>
        (await one.scene.engine.log.after(one.scene.groupId, 0, 100, reader))?.entries.flatMap((entry) =>
          entry.type === 'message' && entry.isPersonal === true ? [entry.seq] : [],
        );
      expect([await personal(userIdSchema.parse('guest')), await personal(null)]).toEqual([[target.seq], []]);
      const shared = await one.read(target);
      expect(shared !== null && 'reactions' in shared && shared.reactions).toEqual({ '👍': { count: 1 } });
      await one.do(unreactCommand(by('owner')));
      expect(await one.read(target)).not.toHaveProperty('reactions');
      const changes = (await one.changes()).map(({ type, actor_id, reaction, count }) =>
        [type, actor_id, reaction, count].join(' '),
      );
      expect(changes).toEqual([
        'reacted guest 👍 1',
        'reacted owner 👍 2',
        'unreacted guest 👍 1',
        'unreacted owner 👍 0',
      ]);
    });

    test.each(['__proto__', 'constructor', '‮​', '"\\\n', '1', ' ', 'a:b c\td'])(
      '%j is kept as it was given',
      async (reaction) => {
        await using one = await beginMessages(makeEngine);
        const target = await one.send();
        await one.do(reactCommand({ groupId: one.groupId, actor: 'owner', target, reaction }));
        const found = await one.read(target, 'owner');
        const reactions = found !== null && 'reactions' in found ? found.reactions : {};
        expect(Object.entries(reactions ?? {})).toEqual([[reaction, { count: 1, me: true }]]);
        expect(await one.reactors(target)).toEqual([`${reaction} owner`]);
      },
    );

    test('is the same in both forms of its letters, and shown in the first', async () => {
      await using one = await beginMessages(makeEngine, { users: { guest: 'active' } });
      const { groupId } = one;
      const target = await one.send();
      const [composed, decomposed] = ['\u00e9', 'e\u0301'];
      await one.do(reactCommand({ groupId, actor: 'owner', target, reaction: decomposed }));
      const second = reactCommand({ groupId, actor: 'guest', target, reaction: composed });
      expect(await one.do(second)).toMatchObject({ count: 2 });
      expect(await one.read(target)).toMatchObject({ reactions: { [decomposed]: { count: 2 } } });
      expect((await one.changes()).map(({ reaction }) => reaction)).toEqual([decomposed, decomposed]);
    });

    test('has its bounds: of one user on a message, and of different ones', async () => {
      await using one = await beginMessages(makeEngine);
      const { groupId } = one;
      const users = await crowd(one, 4);
      const target = await one.send();
      const react = (actor: string, reaction: string) => reactCommand({ groupId, actor, target, reaction });
      let made = 0;
      for (const actor of users) {
        for (let n = 0; n < limits.reactionsPerUserMax && made < limits.reactionsPerMessageMax; n += 1) {
          expect(await one.verdict(react(actor, `r${made}`))).toBe('done');
          made += 1;
        }
      }
      const outcome = await one.change(react('user-00', 'r99'));
      const details = { field: 'reaction', limit: limits.reactionsPerUserMax };
      expect(outcome).toMatchObject({ failure: { code: 'too_many_reactions', details } });
      expect(await one.change(react('user-03', 'r99'))).toMatchObject({
        failure: { code: 'too_many_reactions', details: { field: 'reaction', limit: 32 } },
      });
      expect(await one.verdict(react('user-03', 'r0'))).toBe('done');
      // A reaction that no user has now makes room for another one.
      await one.do(unreactCommand({ groupId, actor: 'user-00', target, reaction: 'r1' }));
      expect(await one.verdict(react('user-00', 'r99'))).toBe('done');
      expect(await one.reactors(target)).toHaveLength(33);
    });

    test('is listed in pages, each user once, in whole or for one reaction', async () => {
      await using one = await beginMessages(makeEngine);
      const { groupId, scene } = one;
      const users = await crowd(one, 7);
      const target = await one.send();
      for (const actor of users.toReversed()) {
        await one.do(reactCommand({ groupId, actor, target, reaction: '👍' }));
        await one.do(reactCommand({ groupId, actor, target, reaction: 'é' }));
      }
      const expected = ['👍', 'é'].flatMap((reaction) => users.map((userId) => `${reaction} ${userId}`));
      expect(await one.reactors(target, 3)).toEqual(expected);
      expect(await one.reactors(target, 7)).toEqual(expected);
      expect(await one.reactors(target, 2, 'é')).toEqual(expected.slice(7));
      expect(await one.reactors(target, 2, 'none')).toEqual([]);
      const forged = { target, reactionKey: null, cursor: 'forged', limit: 2 };
      await expect(scene.engine.messageChanges.reactions(scene.groupId, forged)).rejects.toMatchObject({
        failure: { code: 'invalid_args', details: { field: 'cursor' } },
      });
    });

    test('takes a token of the changes', async () => {
      const engineSettings = { changeRatePerSec: 0.001, changeRateBurst: 1 };
      await using one = await beginMessages(makeEngine, { engineSettings, users: {} });
      const { groupId } = one;
      const target = await one.send();
      const verdicts = [];
      for (const reaction of ['a', 'b', 'c']) {
        verdicts.push(await one.verdict(reactCommand({ groupId, actor: 'owner', target, reaction })));
      }
      expect(verdicts).toContain('rate_limited');
      const admitted = {
        ...reactCommand({ groupId, actor: 'owner', target, reaction: 'd' }),
        isAdmitted: true,
      };
      expect(await one.verdict(admitted)).toBe('done');
    });
  });
}
