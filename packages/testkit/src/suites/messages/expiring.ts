/** Messages with an end: from then on no reader gets the text, and the owner of the partition takes them down. */
import { MessageTimer, messageOf, partitionOf } from '@plenum/core';
import { SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { createCommand, deleteCommand, messageDraft } from '../../commands.ts';
import { editCommand, pinCommand, reactCommand, takeDownCommand } from '../../message-commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { beginMessages, type MessageScene } from '../../scene/message-scene.ts';
import { expectAppended } from '../../scene/scene.ts';

const secret = 'secret';
const endsInMs = 40;
const groupId = 'room:one';

const draft = (expiresInMs: number, message = secret) =>
  messageDraft({ groupId, sender: 'guest', message, extras: { expiresInMs } });

async function sendExpiring({ scene }: MessageScene, expiresInMs = endsInMs, message = secret) {
  return expectAppended(await scene.engine.log.append(draft(expiresInMs, message)));
}

function timerOf({ scene }: MessageScene) {
  const { timedMessages: timed, messageChanges: changes } = scene.engine;
  const timer = new MessageTimer({ timed, changes });
  return { timed, run: () => timer.run(partitionOf(scene.groupId)) };
}

const begin = (makeEngine: MakeEngine, options: Parameters<typeof beginMessages>[1] = {}) =>
  beginMessages(makeEngine, { users: { guest: 'active' }, ...options });

export function expiring(makeEngine: MakeEngine): void {
  describe('a message that expires', () => {
    test('names its end before its timestamp, and a retry does not move it', async () => {
      await using one = await begin(makeEngine);
      const given = draft(60_000);
      const sent = expectAppended(await one.scene.engine.log.append(given));
      expect(await one.scene.engine.log.append(given)).toEqual({ ...sent, isDuplicate: true });
      const [entry] = await one.scene.messages();
      const endsAt = new Date(sent.timestampMs + 60_000).toISOString();
      const at = new Date(sent.timestampMs).toISOString();
      expect(entry?.wire.toString()).toContain(
        `"secret","expires_at":"${endsAt}","timestamp":"${at}","message_id":`,
      );
      expect(await one.read(sent)).toMatchObject({ message: secret, expires_at: endsAt });
      expect(await timerOf(one).timed.due(partitionOf(one.scene.groupId))).toEqual([]);
    });

    test('has no text from its end on, at every door, before the owner takes it down', async () => {
      await using one = await begin(makeEngine);
      const target = await sendExpiring(one, 300);
      await one.do(editCommand({ groupId, actor: 'guest', target, message: `${secret}!` }));
      await one.do(reactCommand({ groupId, actor: 'owner', target }));
      expect(await one.read(target)).toMatchObject({ message: `${secret}!`, expires_at: expect.any(String) });
      await one.scene.advance(320);
      const history = await one.history('guest');
      expect(JSON.stringify(history)).not.toContain(secret);
      expect(history.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
      const shown = { deleted: true, deleted_by: SERVICE, reason: 'expired', from_user_id: 'guest' };
      expect(await one.read(target)).toMatchObject(shown);
      expect(history[2]).toEqual(await one.read(target));
      expect(history[3]).toMatchObject({ type: 'edited', deleted: true });
      const before = await one.scene.engine.log.before(one.scene.groupId, target.seq + 1, 1);
      expect(before?.entries.map(String).join()).not.toContain(secret);
    });

    test('is not changed and not answered after its end', async () => {
      await using one = await begin(makeEngine);
      const target = await sendExpiring(one);
      await one.scene.advance(endsInMs + 20);
      const by = (actor: string) => ({ groupId, actor, target });
      expect(await one.verdict(editCommand(by('guest')))).toBe('message_not_found');
      expect(await one.verdict(reactCommand(by('owner')))).toBe('message_not_found');
      expect(await one.verdict(pinCommand(by('owner')))).toBe('message_not_found');
      const extras = { replyTo: target.messageId };
      const reply = await one.scene.engine.log.append(messageDraft({ groupId, sender: 'guest', extras }));
      expect(reply).toMatchObject({ failure: { code: 'message_not_found' } });
      expect(await one.verdict(takeDownCommand(by('guest')))).toBe('done');
    });

    test('is taken down once by the owner, with the reason `expired`', async () => {
      await using one = await begin(makeEngine);
      const early = await sendExpiring(one);
      const late = await sendExpiring(one, 60_000);
      await one.scene.advance(endsInMs + 20);
      const { run, timed } = timerOf(one);
      await Promise.all([run(), run()]);
      await run();
      const changes = await one.changes();
      expect(changes).toHaveLength(1);
      expect(changes[0]).toMatchObject({
        ...{ type: 'deleted', reason: 'expired', actor_id: SERVICE, message_id: early.messageId },
      });
      expect(await one.read(early)).toMatchObject({ deleted: true, state_seq: changes[0]?.seq });
      expect(await one.read(late)).toMatchObject({ message: secret });
      expect(await timed.due(partitionOf(one.scene.groupId))).toEqual([]);
    });

    test('keeps its end through edits, and is taken down with the edited text', async () => {
      await using one = await begin(makeEngine);
      const target = await sendExpiring(one, 200);
      const { expires_at: end } = { expires_at: '', ...(await one.read(target)) };
      await one.do(editCommand({ groupId, actor: 'guest', target, message: `${secret}2` }));
      expect(await one.read(target)).toMatchObject({ expires_at: end, edits: 1 });
      expect((await one.changes())[0]).toMatchObject({ message: `${secret}2`, expires_at: end });
      await one.scene.advance(220);
      await timerOf(one).run();
      expect(JSON.stringify(await one.history())).not.toContain(secret);
    });

    test('needs no take-down if it is taken down already, or if its group is deleted', async () => {
      await using one = await begin(makeEngine);
      const target = await sendExpiring(one);
      await one.do(takeDownCommand({ groupId, actor: 'guest', target }));
      await sendExpiring(one);
      await one.scene.advance(endsInMs + 20);
      await one.scene.do(deleteCommand({ groupId, actor: 'owner' }));
      const { run, timed } = timerOf(one);
      await run();
      expect(await timed.due(partitionOf(one.scene.groupId))).toEqual([]);
      expect(JSON.stringify(await one.history())).not.toContain(secret);
    });

    test('of a deleted group leaves nothing in the next group with its id', async () => {
      await using one = await begin(makeEngine);
      const { groupId: id } = one.scene;
      await sendExpiring(one);
      await one.scene.do(deleteCommand({ groupId: id, actor: 'owner' }));
      await one.scene.do(createCommand({ groupId: id, actor: 'successor' }));
      await one.scene.advance(endsInMs + 20);
      const { run, timed } = timerOf(one);
      await run();
      expect(await one.changes()).toEqual([]);
      expect(await timed.due(partitionOf(id))).toEqual([]);
    });

    test('that the log has lost is taken down for the archive and for devices', async () => {
      await using one = await begin(makeEngine, { engineSettings: { historyMaxEntries: 1 } });
      const target = await sendExpiring(one);
      for (let sent = 0; sent < 150; sent += 1) await one.send('owner', 'filler');
      expect(await one.read(target)).toBeNull();
      await one.scene.advance(endsInMs);
      const { run } = timerOf(one);
      await run();
      await run();
      const deleted = (await one.changes()).filter(({ type }) => type === 'deleted');
      expect(deleted).toMatchObject([
        { message_id: target.messageId, target_seq: target.seq, reason: 'expired' },
      ]);
    });

    test('goes with mentions and replies in one batch of others', async () => {
      await using one = await begin(makeEngine);
      const target = await one.send('owner');
      const extras = [
        {},
        { expiresInMs: 60_000 },
        { replyTo: target.messageId },
        {
          expiresInMs: 60_000,
          replyTo: target.messageId,
          metadata: '{"expires_at":"2000-01-01T00:00:00.000Z"}',
        },
        { metadata: '{"a":{"expires_at":"2000-01-01T00:00:00.000Z","timestamp":"x"}}' },
      ];
      const answers = await Promise.all(
        extras.map((some) =>
          one.scene.engine.log.append(messageDraft({ groupId, sender: 'guest', extras: some })),
        ),
      );
      for (const answer of answers) expectAppended(answer);
      const stored = (await one.scene.messages()).slice(1).map((entry) => messageOf(entry).result);
      expect(stored.map((one) => 'expires_at' in one)).toEqual([false, true, false, true, false]);
      expect(stored.map((one) => 'reply' in one)).toEqual([false, false, true, true, false]);
      expect(stored.every((one) => !('deleted' in one))).toBe(true);
    });
  });
}
