/**
 * Changes of one message that arrive at the same time over two connections, as from two nodes. `RACE_TRIES` makes a long run of it.
 */
import { freshPrefix } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, type Stage } from '../scripts/stage.ts';
import { everyValue, must, read, refusalIn, run } from './message-stage.ts';

const tries = Number(process.env['RACE_TRIES'] ?? 1500);
/** Pairs of changes that are on their way at once. */
const atOnce = 50;
const settings = { ratePerSec: 1e6, rateBurst: 1e6, isOutboxWritten: true, historyMaxEntries: 1e7 };
const timeLimitMs = 60_000 + tries * 20;

/** Runs `race` for every try, some at once. */
async function forEachTry(race: (at: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < tries; from += atOnce)
    await Promise.all(Array.from({ length: atOnce }, (_, at) => race(from + at)));
}

async function everyEntry(stage: Stage) {
  const entries = [];
  for (let page = await read(stage); page.length > 0; page = await read(stage, null, entries.length))
    entries.push(...page);
  return entries;
}

onEveryRedis((open) => {
  const openTwo = () => {
    const prefix = freshPrefix();
    return [open({ settings, prefix }), open({ settings, prefix })] as const;
  };

  test(
    'an edit that races a take-down comes before it or finds no message, and leaves no text',
    async () => {
      const [one, other] = openTwo();
      await one.create();
      const outcomes = { changed: 0, message_not_found: 0 };
      await forEachTry(async (at) => {
        const { messageId } = await one.send('owner', `secret text ${at}`);
        const [edited, takenDown] = await Promise.all([
          run(one, 'edit', messageId, { message: `secret edit ${at}` }),
          run(other, 'take_down', messageId),
        ]);
        const edit = refusalIn(edited);
        if (edit === 'changed' || edit === 'message_not_found') outcomes[edit] += 1;
        expect(refusalIn(takenDown)).toBe('changed');
        if (edited.type === 'changed' && takenDown.type === 'changed')
          expect(edited.seq).toBeLessThan(takenDown.seq);
      });
      expect(outcomes.changed + outcomes.message_not_found).toBe(tries);
      const values = await everyValue(one.redis, `${one.keys.prefix}*`);
      expect([...values].filter(([, value]) => value.includes('secret')).map(([key]) => key)).toEqual([]);
      const entries = await everyEntry(one);
      expect(entries.map((entry) => entry.seq ?? entry.result.seq)).toEqual(entries.map((_, at) => at + 1));
      expect(entries.filter((entry) => entry.result?.deleted)).toHaveLength(tries);
    },
    timeLimitMs,
  );

  test(
    'react and unreact of one user from two devices end as the last entry says',
    async () => {
      const [one, other] = openTwo();
      await one.create();
      await one.admit('alice');
      const { messageId } = await one.send('owner');
      await must(one, 'react', messageId, { actor: 'owner' });
      let changes = 1;
      await forEachTry(async () => {
        const raced = await Promise.all([
          must(one, 'react', messageId, { actor: 'alice' }),
          must(other, 'unreact', messageId, { actor: 'alice' }),
        ]);
        changes += raced.filter(({ isDuplicate }) => !isDuplicate).length;
      });
      const entries = (await everyEntry(one)).filter(({ reaction }) => reaction !== undefined);
      expect(entries).toHaveLength(changes);
      const ofAlice = entries.filter(({ actor_id: actor }) => actor === 'alice');
      // Each entry turns the state of the one before.
      expect(ofAlice.map(({ type }) => type)).toEqual(
        ofAlice.map((_, at) => (at % 2 === 0 ? 'reacted' : 'unreacted')),
      );
      expect(ofAlice.every(({ type, count }) => count === (type === 'reacted' ? 2 : 1))).toBe(true);
      const target = { epoch: messageId.slice(0, 16), seq: Number(messageId.slice(17)) };
      const page = await one.messages.reactions(groupId, {
        target,
        reactionKey: null,
        cursor: null,
        limit: 9,
      });
      expect(page?.rows).toHaveLength(entries.at(-1).count);
    },
    timeLimitMs,
  );
});
