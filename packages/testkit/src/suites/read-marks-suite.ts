/** Tests read marks and revocations on every engine. */
import type { MessageCommand } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { createCommand, deleteCommand, kickCommand, messageDraft } from '../commands.ts';
import { editCommand, takeDownCommand } from '../message-commands.ts';
import type { MakeEngine } from '../scene/engine-harness.ts';
import { begin, expectAppended, type Scene } from '../scene/scene.ts';

const groupId = groupIdSchema.parse('room:one');
const user = (name: string) => userIdSchema.parse(name);

const mark = (scene: Scene, name: string, seq: number, epoch: string | null = null) =>
  scene.engine.readMarks.mark(groupId, user(name), { seq, epoch });
const markOf = (scene: Scene, name: string) => scene.engine.readMarks.of(groupId, user(name));

/** @returns the seqs of the messages. */
async function sent(scene: Scene, count: number): Promise<number[]> {
  const seqs: number[] = [];
  for (let i = 0; i < count; i += 1) seqs.push(expectAppended(await scene.send('owner', `m${i}`)).seq);
  return seqs;
}

/** What every `ReadMarks` does. */
export function readMarksSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: read marks`, () => {
    test('without a mark a user has read up to its join; later messages are unread, events are not', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const since = (await scene.member('guest'))?.sinceSeq ?? 0;
      await sent(scene, 3);
      await scene.join('actor');
      expect(await markOf(scene, 'guest')).toMatchObject({ readSeq: since, unread: 3, unreadMentions: 0 });
      expect(await markOf(scene, 'actor')).toMatchObject({ unread: 0 });
    });

    test('a mark counts the messages behind it, at any place', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const [first = 0, second = 0] = await sent(scene, 2);
      await scene.join('actor');
      const join = second + 1;
      const [third = 0] = await sent(scene, 1);
      expect(await mark(scene, 'guest', first)).toMatchObject({
        type: 'marked',
        readSeq: first,
        unread: 2,
      });
      expect(await mark(scene, 'guest', join)).toMatchObject({ readSeq: join, unread: 1 });
      expect(await mark(scene, 'guest', third)).toMatchObject({ readSeq: third, unread: 0 });
      expect(await markOf(scene, 'guest')).toMatchObject({ readSeq: third, unread: 0, unreadMentions: 0 });
    });

    test('a mark is clamped to the head and never falls', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const [first = 0, last = 0] = await sent(scene, 2);
      expect(await mark(scene, 'guest', Number.MAX_SAFE_INTEGER)).toMatchObject({ readSeq: last, unread: 0 });
      expect(await mark(scene, 'guest', first)).toMatchObject({ readSeq: last, unread: 0 });
    });

    test('a mark that may fall goes back, at most to where the user became a receiver', async () => {
      await using scene = await begin(makeEngine);
      await sent(scene, 1);
      await scene.join('guest');
      const since = (await scene.member('guest'))?.sinceSeq ?? 0;
      const [first = 0, second = 0, third = 0] = await sent(scene, 3);
      const { epoch } = (await scene.group()).head;
      const back = (seq: number, of: string | null = null) =>
        scene.engine.readMarks.mark(groupId, user('guest'), { seq, epoch: of, mayFall: true });
      const same = { hasRisen: false, hasFallen: false };
      await mark(scene, 'guest', third);
      expect(await back(first, 'another log')).toMatchObject({ readSeq: third, ...same });
      expect(await back(third + 9)).toMatchObject({ readSeq: third, unread: 0, ...same });
      expect(await back(first, epoch)).toEqual({
        ...{ type: 'marked', readSeq: first, unread: 2, epoch },
        ...{ hasRisen: false, hasFallen: true },
      });
      expect(await markOf(scene, 'guest')).toMatchObject({ readSeq: first, unread: 2, unreadMentions: 0 });
      expect(await back(second)).toMatchObject({ readSeq: second, unread: 1, hasRisen: true });
      expect(await back(0)).toMatchObject({ readSeq: since, unread: 3, hasFallen: true });
      expect(await back(0)).toMatchObject({ readSeq: since, unread: 3, ...same });
      expect(await mark(scene, 'guest', third)).toMatchObject({ readSeq: third, hasRisen: true });
    });

    test('where a join is no entry, the next message is unread', async () => {
      await using scene = await begin(makeEngine, { membershipEvents: 'counts' });
      await sent(scene, 2);
      await scene.join('guest');
      const { seq: head } = (await scene.group()).head;
      expect(await markOf(scene, 'guest')).toMatchObject({ readSeq: head, unread: 0 });
      expect(await mark(scene, 'guest', head)).toMatchObject({ readSeq: head, unread: 0, hasRisen: false });
      const extras = { mentions: [user('guest')] };
      await scene.engine.log.append(messageDraft({ groupId, sender: 'owner', extras }));
      expect(await markOf(scene, 'guest')).toMatchObject({ readSeq: head, unread: 1, unreadMentions: 1 });
      expect(await mark(scene, 'guest', head + 1)).toMatchObject({ readSeq: head + 1, unread: 0 });
      const back = { seq: 0, epoch: null, mayFall: true };
      const marked = await scene.engine.readMarks.mark(groupId, user('guest'), back);
      expect(marked).toMatchObject({ readSeq: head, unread: 1, hasFallen: true });
      expect(await mark(scene, 'guest', head)).toMatchObject({ readSeq: head, unread: 1 });
    });

    test('unread mentions are the messages behind the mark that mention the user, in this membership', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active', guest2: 'active' } });
      const mention = async (...names: string[]) => {
        const extras = { mentions: names.map((name) => user(name)) };
        return expectAppended(
          await scene.engine.log.append(messageDraft({ groupId, sender: 'owner', extras })),
        ).seq;
      };
      const first = await mention('guest', 'guest2');
      await mention('guest2');
      await sent(scene, 1);
      const last = await mention('guest', 'owner', 'stranger');
      expect(await markOf(scene, 'guest')).toMatchObject({ unread: 4, unreadMentions: 2 });
      expect(await markOf(scene, 'guest2')).toMatchObject({ unread: 4, unreadMentions: 2 });
      expect(await markOf(scene, 'owner')).toMatchObject({ unread: 0, unreadMentions: 0 });
      await mark(scene, 'guest', first);
      expect(await markOf(scene, 'guest')).toMatchObject({ unread: 3, unreadMentions: 1 });
      await mark(scene, 'guest', last);
      expect(await markOf(scene, 'guest')).toMatchObject({ unread: 0, unreadMentions: 0 });
      await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'guest2' }));
      await scene.join('guest2');
      expect(await markOf(scene, 'guest2')).toMatchObject({ unread: 0, unreadMentions: 0 });
      await mention('guest2');
      expect(await markOf(scene, 'guest2')).toMatchObject({ unread: 1, unreadMentions: 1 });
    });

    test('an edit changes who has unread mentions, and a take-down ends them', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active', guest2: 'active' } });
      const extras = { mentions: [user('guest')] };
      const send = async () =>
        expectAppended(await scene.engine.log.append(messageDraft({ groupId, sender: 'owner', extras })));
      const unread = async () =>
        Promise.all(['guest', 'guest2'].map(async (name) => (await markOf(scene, name))?.unreadMentions));
      const change = async (command: MessageCommand) => {
        const outcome = await scene.engine.messageChanges.change(command);
        expect(outcome.type).toBe('changed');
        return unread();
      };
      const [first, second] = [await send(), await send()];
      const edit = (mentions?: readonly string[], message = 'edited') =>
        change(
          editCommand({ groupId, actor: 'owner', target: first, message, ...(mentions && { mentions }) }),
        );
      expect(await unread()).toEqual([2, 0]);
      expect(await edit(['guest', 'guest2', 'stranger'])).toEqual([2, 1]);
      expect(await edit(undefined, 'again')).toEqual([2, 1]);
      expect(await edit(['guest2'])).toEqual([1, 1]);
      expect(await edit(['guest2'], 'other')).toEqual([1, 1]);
      expect(await edit([])).toEqual([1, 0]);
      expect(await edit(['guest', 'guest2'])).toEqual([2, 1]);
      const takeDown = (target: typeof first) => takeDownCommand({ groupId, actor: 'owner', target });
      expect(await change(takeDown(first))).toEqual([1, 0]);
      expect(await change(takeDown(first))).toEqual([1, 0]);
      expect(await change(takeDown(second))).toEqual([0, 0]);
    });

    test('mentions end with their messages, and with the group', async () => {
      await using scene = await begin(makeEngine, {
        users: { guest: 'active' },
        engineSettings: { historyMaxEntries: 1, ratePerSec: 1000, rateBurst: 1000 },
      });
      const mention = () =>
        scene.engine.log.append(
          messageDraft({ groupId, sender: 'owner', extras: { mentions: [user('guest')] } }),
        );
      for (let i = 0; i < 5; i += 1) expectAppended(await mention());
      await sent(scene, 250);
      expect(await markOf(scene, 'guest')).toMatchObject({ unreadMentions: 0 });
      expectAppended(await mention());
      expect(await markOf(scene, 'guest')).toMatchObject({ unreadMentions: 1 });
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      await scene.do(createCommand({ groupId, actor: 'owner' }));
      await scene.join('guest');
      await sent(scene, 260);
      expect(await markOf(scene, 'guest')).toMatchObject({ unreadMentions: 0 });
    });

    test('a mark outlives its entry', async () => {
      await using scene = await begin(makeEngine, {
        users: { guest: 'active' },
        engineSettings: { historyMaxEntries: 1, ratePerSec: 1000, rateBurst: 1000 },
      });
      const [first = 0] = await sent(scene, 1);
      await mark(scene, 'guest', first);
      await sent(scene, 150);
      expect(await markOf(scene, 'guest')).toMatchObject({ readSeq: first, unread: 150, unreadMentions: 0 });
    });

    test('strangers and applicants are refused as readers are, and have no mark', async () => {
      await using scene = await begin(makeEngine, { groupType: 'private', users: { guest: 'pending' } });
      expect(await mark(scene, 'guest', 1)).toMatchObject({ failure: { code: 'pending_membership' } });
      expect(await mark(scene, 'actor', 1)).toMatchObject({ failure: { code: 'not_a_member' } });
      expect([await markOf(scene, 'guest'), await markOf(scene, 'actor')]).toEqual([null, null]);
    });

    test('a mark ends with the membership: a user who joins again begins at that join', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const [first = 0] = await sent(scene, 2);
      await mark(scene, 'guest', first);
      await scene.do(kickCommand({ groupId, actor: 'owner', userId: 'guest' }));
      expect(await markOf(scene, 'guest')).toBeNull();
      await scene.join('guest');
      const since = (await scene.member('guest'))?.sinceSeq ?? 0;
      expect(await markOf(scene, 'guest')).toMatchObject({ readSeq: since, unread: 0, unreadMentions: 0 });
    });

    test("own messages are read: only what others send after a user's last message is unread to it", async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const own = await sent(scene, 10);
      const last = own.at(-1) ?? 0;
      expect(await markOf(scene, 'owner')).toMatchObject({ readSeq: last, unread: 0, unreadMentions: 0 });
      for (let i = 0; i < 5; i += 1) await scene.send('guest', `${i}`);
      expect(await markOf(scene, 'owner')).toMatchObject({ readSeq: last, unread: 5, unreadMentions: 0 });
      expect(await markOf(scene, 'guest')).toMatchObject({ readSeq: last + 5, unread: 0 });
      expect(await mark(scene, 'owner', last)).toMatchObject({ hasRisen: false, unread: 5 });
      expect(await mark(scene, 'owner', last + 2)).toMatchObject({ hasRisen: true, unread: 3 });
      await scene.send('owner');
      expect(await markOf(scene, 'owner')).toMatchObject({ readSeq: last + 6, unread: 0 });
    });

    test('a mark of another log, by its epoch, changes nothing and is answered with the present mark', async () => {
      await using scene = await begin(makeEngine);
      await sent(scene, 3);
      const old = (await scene.group()).head;
      expect(await mark(scene, 'owner', 3, old.epoch)).toMatchObject({ readSeq: 4, hasRisen: false });
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      const { epoch } = await scene.do(createCommand({ groupId, actor: 'owner' }));
      await scene.join('guest');
      await scene.send('guest');
      const answer = { type: 'marked', readSeq: 1, unread: 1, epoch, hasRisen: false, hasFallen: false };
      expect(await mark(scene, 'owner', old.seq, old.epoch)).toEqual(answer);
      expect(await mark(scene, 'owner', 3, 'f'.repeat(16))).toEqual(answer);
      expect(await mark(scene, 'owner', 3, epoch)).toEqual({
        ...answer,
        readSeq: 3,
        unread: 0,
        hasRisen: true,
        hasFallen: false,
      });
    });

    test('only a mark that rises says so', async () => {
      await using scene = await begin(makeEngine);
      await scene.join('guest');
      const [first = 0, second = 0] = await sent(scene, 2);
      expect(await mark(scene, 'guest', second)).toMatchObject({ hasRisen: true });
      expect(await mark(scene, 'guest', second)).toMatchObject({ hasRisen: false });
      expect(await mark(scene, 'guest', first)).toMatchObject({ hasRisen: false, readSeq: second });
    });

    test('no user has a mark in a deleted group', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      expect(await mark(scene, 'owner', 1)).toMatchObject({ failure: { code: 'group_not_found' } });
    });
  });
}

/** What every `Revocations` does. */
export function revocationsSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: revocations`, () => {
    test('a user who was never revoked is absent, another is found with the time of the last', async () => {
      await using harness = await makeEngine();
      const { revocations } = harness.engine;
      const first = await revocations.revoke(user('guest'));
      await harness.advance(20);
      const second = await revocations.revoke(user('guest'));
      expect(second).toBeGreaterThan(first);
      expect(await revocations.revokedAt(['guest', 'actor'].map(user))).toEqual(
        new Map([[user('guest'), second]]),
      );
    });
  });
}
