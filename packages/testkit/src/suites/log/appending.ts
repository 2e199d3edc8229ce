/** Tests an append: numbering, answers, refusals, and that the answer comes before the entry. */
import { type LogEntry, messageOf } from '@plenum/core';
import { describe, expect, test } from 'vitest';
import { messageDraft } from '../../commands.ts';
import { eventually } from '../../eventually.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { feedListener } from '../../scene/feed-listener.ts';
import { begin, expectAppended, type Scene } from '../../scene/scene.ts';

const groupId = 'room:one';

/** Records each entry once, at the end of the tick in which it arrived: that is when a node writes to its sockets. */
async function listening(scene: Scene): Promise<string[]> {
  const seen: string[] = [];
  const own = new Set<number>();
  const see = ({ seq }: LogEntry) => setImmediate(() => seen.push(`entry ${seq}`));
  scene.engine.feeds.listen(
    feedListener({
      onEntry: (_, entry) => see(entry),
      onOwnEntry: (_, entry) => {
        own.add(entry.seq);
        see(entry);
      },
      takeOwnPublish: (_, __, seq) => own.has(seq),
    }),
  );
  await scene.engine.feeds.open(scene.groupId);
  return seen;
}

export function appending(makeEngine: MakeEngine): void {
  describe('append', () => {
    test('answers with the place and the time of the entry', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      const appended = expectAppended(await scene.send('guest'));
      const { epoch } = (await scene.group()).head;
      expect(appended).toEqual({
        type: 'appended',
        isDuplicate: false,
        epoch,
        seq: 3,
        messageId: `${epoch}-3`,
        recipientsCount: 2,
        timestampMs: expect.any(Number),
      });
      expect(Number.isInteger(appended.timestampMs)).toBe(true);
    });

    test('answers a callback as it answers a promise: later, once, with the outcome or the refusal', async () => {
      await using scene = await begin(makeEngine);
      const outcomes: unknown[] = [];
      for (const sender of ['owner', 'owner', 'stranger']) {
        const draft = messageDraft({ groupId, sender, requestId: 'r1', message: 'hello' });
        scene.engine.log.appendWith(draft, (outcome) => outcomes.push(outcome));
      }
      expect(outcomes).toEqual([]);
      await eventually(() => expect(outcomes).toHaveLength(3));
      const { epoch } = (await scene.group()).head;
      expect(outcomes).toMatchObject([
        { type: 'appended', isDuplicate: false, messageId: `${epoch}-2` },
        { type: 'appended', isDuplicate: true, messageId: `${epoch}-2` },
        { type: 'refused', failure: { code: 'not_a_member' } },
      ]);
    });

    test('stores the message as it goes over the wire', async () => {
      await using scene = await begin(makeEngine);
      const draft = messageDraft({
        groupId,
        sender: 'owner',
        requestId: 'r "1"',
        message: 'a\n"☃" \u2028 \u0000',
      });
      const { epoch, timestampMs } = expectAppended(await scene.engine.log.append(draft));
      const [entry] = await scene.messages();
      const result = {
        group_id: groupId,
        from_user_id: 'owner',
        message: draft.message,
        timestamp: new Date(timestampMs).toISOString(),
        message_id: `${epoch}-2`,
        epoch,
        seq: 2,
      };
      expect(entry).toMatchObject({ type: 'message', epoch, seq: 2 });
      expect(entry?.wire.toString()).toBe(JSON.stringify({ request_id: 'r "1"', success: true, result }));
    });

    test.each(['[]', '{}', '%s', '$1', '\\u0000', '9007199254740993', '💬'.repeat(1000), '"}]'])(
      'keeps the text %s untouched',
      async (message) => {
        await using scene = await begin(makeEngine);
        await scene.send('owner', message);
        const [entry] = await scene.messages();
        expect(entry && messageOf(entry).result.message).toBe(message);
      },
    );

    test('counts active and muted members as recipients, applicants not', async () => {
      await using scene = await begin(makeEngine, {
        groupType: 'strict_private',
        users: { waiting: 'pending', silent: 'muted', guest: 'active' },
      });
      expect(expectAppended(await scene.send('guest')).recipientsCount).toBe(3);
    });

    test('numbers messages and changes with one dense counter', async () => {
      await using scene = await begin(makeEngine, { users: { guest: 'active' } });
      await scene.send('owner');
      await scene.join('late');
      await scene.send('late');
      expect((await scene.log()).map(({ type, seq }) => [type, seq])).toEqual([
        ['event', 1],
        ['event', 2],
        ['message', 3],
        ['event', 4],
        ['message', 5],
      ]);
    });

    test('gives concurrent senders dense seqs, each message one', async () => {
      await using scene = await begin(makeEngine, { users: { a: 'active', b: 'active', c: 'active' } });
      const texts = ['a', 'b', 'c'].flatMap((sender) =>
        Array.from({ length: 15 }, (_, n) => [sender, `${n}`] as const),
      );
      const answers = await Promise.all(texts.map(([sender, text]) => scene.send(sender, text)));
      const seqs = answers.map((answer) => expectAppended(answer).seq);
      expect(seqs.toSorted((a, b) => a - b)).toEqual(seqs.map((_, n) => n + 5));
      const stored = new Map((await scene.messages()).map((entry) => [entry.seq, messageOf(entry).result]));
      for (const [n, [sender, text]] of texts.entries()) {
        expect(stored.get(seqs[n] ?? 0)).toMatchObject({ from_user_id: sender, message: text });
      }
    });

    test('keeps the order of a sender who waits for no answer', async () => {
      await using scene = await begin(makeEngine);
      const texts = Array.from({ length: 20 }, (_, n) => `${n}`);
      await Promise.all(texts.map((text) => scene.send('owner', text)));
      expect((await scene.messages()).map((entry) => messageOf(entry).result.message)).toEqual(texts);
    });
  });

  describe('the answer', () => {
    test('comes within the tick in which the node gets the entry, at the latest', async () => {
      await using scene = await begin(makeEngine);
      const seen = await listening(scene);
      const seqs = Array.from({ length: 20 }, (_, n) => n + 2);
      const draft = () => messageDraft({ groupId, sender: 'owner' });
      const answers = seqs.map(async () => {
        seen.push(`answer ${expectAppended(await scene.engine.log.append(draft())).seq}`);
      });
      expect(seen).toEqual([]);
      await Promise.all(answers);
      await eventually(() => expect(seen).toContain('entry 21'));
      for (const seq of seqs) {
        expect(seen.indexOf(`answer ${seq}`)).toBeLessThan(seen.indexOf(`entry ${seq}`));
      }
      expect(seen).toHaveLength(40);
    });

    test('of a retry comes without a second entry', async () => {
      await using scene = await begin(makeEngine);
      const seen = await listening(scene);
      const draft = messageDraft({ groupId, sender: 'owner' });
      await scene.engine.log.append(draft);
      await eventually(() => expect(seen).toEqual(['entry 2']));
      expect(expectAppended(await scene.engine.log.append(draft))).toMatchObject({
        seq: 2,
        isDuplicate: true,
      });
      await scene.send('owner');
      await eventually(() => expect(seen).toContain('entry 3'));
      expect(seen).toEqual(['entry 2', 'entry 3']);
    });
  });
}
