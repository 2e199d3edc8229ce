/** Tests what a message has besides its text: own data and the message to which it replies. */
import { messageOf } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { deleteCommand, joinCommand, messageDraft } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, expectAppended, type Scene } from '../../scene/scene.ts';

const groupId = 'room:one';

const reply = (scene: Scene, sender: string, replyTo: string) =>
  scene.engine.log.append(messageDraft({ groupId, sender, extras: { replyTo } }));

const notFound = { type: 'refused', failure: { code: 'message_not_found' } };

export function extras(makeEngine: MakeEngine): void {
  describe('extras', () => {
    test('are stored with the message, in the order of the fields that receivers get', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const target = expectAppended(await scene.send('guest', 'who?'));
      const metadata = { z: [1, { a: null }], '"timestamp":"': '\\ "reply":{}', __proto__x: '💬' };
      const given = messageDraft({
        groupId,
        sender: 'owner',
        message: 'me ,"timestamp":"',
        requestId: 'r "from_user_id":"x" 1',
        extras: { metadata: JSON.stringify(metadata), replyTo: target.messageId },
      });
      const { epoch, seq, timestampMs } = expectAppended(await scene.engine.log.append(given));
      const wire = (await scene.messages()).at(-1)?.wire.toString();
      const result = {
        group_id: groupId,
        from_user_id: 'owner',
        message: given.message,
        metadata,
        reply: { message_id: target.messageId, seq: target.seq, from_user_id: 'guest' },
        timestamp: new Date(timestampMs).toISOString(),
        message_id: `${epoch}-${seq}`,
        epoch,
        seq,
      };
      expect(wire).toBe(JSON.stringify({ request_id: given.request.id, success: true, result }));
      const other = messageDraft({ groupId, sender: 'owner', extras: { replyTo: `${epoch}-${seq}` } });
      expectAppended(await scene.engine.log.append(other));
      const [last] = (await scene.messages()).slice(-1);
      expect(last && messageOf(last).result).toHaveProperty('reply', {
        message_id: `${epoch}-${seq}`,
        seq,
        from_user_id: 'owner',
      });
    });

    test('who does not receive the message is dropped from its mentions and named in the answer', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { guest: 'active', silent: 'muted', waiting: 'pending', bad: 'banned' },
      });
      const target = expectAppended(await scene.send('guest'));
      const names = ['stranger', 'guest', 'waiting', 'silent', 'bad', 'owner', '-'];
      const mentions = names.map((name) => userIdSchema.parse(name));
      const given = messageDraft({
        ...{ groupId, sender: 'owner' },
        extras: { mentions, replyTo: target.messageId },
      });
      const first = expectAppended(await scene.engine.log.append(given));
      expect(first.mentionsDropped).toEqual(['stranger', 'waiting', 'bad', '-']);
      const [entry] = (await scene.messages()).slice(-1);
      expect(entry?.wire.toString()).toContain(
        `"from_user_id":"guest"},"mentions":["guest","silent","owner"],"timestamp":"`,
      );
      await scene.do(joinCommand({ groupId, userId: 'stranger' }));
      expect(await scene.engine.log.append(given)).toEqual({ ...first, isDuplicate: true });
      const none = messageDraft({ groupId, sender: 'owner', extras: { mentions: mentions.slice(-1) } });
      expect(expectAppended(await scene.engine.log.append(none)).mentionsDropped).toEqual(['-']);
      const [last] = (await scene.messages()).slice(-1);
      expect(last && messageOf(last).result).not.toHaveProperty('mentions');
    });

    test('a retry of a reply gets the first answer, also when the target is gone', async () => {
      await using scene = await begin(makeEngine, { engineSettings: { historyMaxEntries: 1 } });
      const target = expectAppended(await scene.send('owner'));
      const draft = messageDraft({ groupId, sender: 'owner', extras: { replyTo: target.messageId } });
      const first = await scene.engine.log.append(draft);
      for (let sent = 0; sent < 150; sent += 1) {
        const filler = messageDraft({ groupId, sender: 'owner', isRateLimited: false });
        await scene.engine.log.append(filler);
      }
      expect(await reply(scene, 'owner', target.messageId)).toMatchObject(notFound);
      expect(await scene.engine.log.append(draft)).toEqual({ ...first, isDuplicate: true });
    });

    test('a reply needs a message of this log that its sender may read', async () => {
      await using scene = await begin(makeEngine, { history: 'since_join', users: { guest: 'active' } });
      const early = expectAppended(await scene.send('guest', 'early'));
      await scene.do(joinCommand({ groupId, userId: 'late' }));
      const { epoch } = early;
      const unknown = [
        `${epoch}-1`,
        `${epoch}-99`,
        `${'0'.repeat(16)}-${early.seq}`,
        `${epoch}-0${early.seq}`,
        `${epoch}-${early.seq}.0`,
        `${epoch}--${early.seq}`,
        `${epoch}-9007199254740993`,
        `${epoch}-${'9'.repeat(70)}`,
        `${epoch.toUpperCase()}x-${early.seq}`,
        ...['-', '*', '%', '+', '-1', '"', '\\', epoch, `${early.seq}`, `-${early.seq}`],
      ];
      for (const id of unknown) {
        expect(await reply(scene, 'guest', id), id).toMatchObject(notFound);
      }
      expect(await reply(scene, 'late', early.messageId)).toMatchObject(notFound);
      expect((await scene.messages()).length).toBe(1);
      expectAppended(await reply(scene, 'guest', early.messageId));
    });

    test('a refused reply takes no token, and the rules come first', async () => {
      await using scene = await begin(makeEngine, {
        engineSettings: { ratePerSec: 0.001, rateBurst: 2 },
        users: { guest: 'active' },
      });
      const { messageId } = expectAppended(await scene.send('guest'));
      for (let tried = 0; tried < 3; tried += 1) {
        expect(await reply(scene, 'owner', 'no-1')).toMatchObject(notFound);
      }
      expectAppended(await reply(scene, 'owner', messageId));
      expectAppended(await reply(scene, 'owner', messageId));
      expect(await reply(scene, 'owner', 'no-1')).toMatchObject({ failure: { code: 'rate_limited' } });
      expect(await reply(scene, 'stranger', 'no-1')).toMatchObject({ failure: { code: 'not_a_member' } });
    });

    test('messages with and without extras keep their order', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const { messageId } = expectAppended(await scene.send('guest', 'first'));
      const texts = Array.from({ length: 15 }, (_, n) => `${n}`);
      const answers = await Promise.all(
        texts.map((message, n) =>
          scene.engine.log.append(
            messageDraft({
              ...{ groupId, sender: 'owner', message },
              ...(n % 3 === 1 ? { extras: { replyTo: n % 2 === 0 ? 'no-1' : messageId } } : {}),
            }),
          ),
        ),
      );
      const stored = (await scene.messages()).slice(1).map((entry) => messageOf(entry).result);
      expect(stored.map(({ message }) => message)).toEqual(
        texts.filter((_, n) => answers[n]?.type === 'appended'),
      );
      const replies = stored.filter((one) => 'reply' in one && one.reply?.message_id === messageId);
      expect(replies).toHaveLength(3);
      expect(answers.filter(({ type }) => type === 'refused')).toHaveLength(2);
    });

    test('a message of a group that was deleted since is the target of no reply', async () => {
      await using scene = await begin(makeEngine);
      const { messageId } = expectAppended(await scene.send('owner'));
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      expect(await reply(scene, 'owner', messageId)).toMatchObject({ failure: { code: 'group_not_found' } });
    });
  });
}
