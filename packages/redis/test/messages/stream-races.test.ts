/**
 * Messages that are written over two connections, as from two nodes, while other changes arrive. `RACE_TRIES` makes a long run of
 * it.
 */
import { AppendGatherer } from '@plenum/core';
import { appendCommand, freshPrefix, messageDraft } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, type Stage } from '../scripts/stage.ts';
import { everyValue, get, refusalIn, run } from './message-stage.ts';

const tries = Number(process.env['RACE_TRIES'] ?? 150);
const timeLimitMs = 60_000 + tries * 100;
/** Tries that run at once. */
const atOnce = 25;
const settings = { ratePerSec: 1e6, rateBurst: 1e6, appendRatePerSec: 1e6, appendRateBurst: 1e6 };

async function forEachTry(race: (at: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < tries; from += atOnce)
    await Promise.all(Array.from({ length: atOnce }, (_, at) => race(from + at)));
}

async function open(stage: Stage, sender: string, message: string) {
  const extras = { isOpen: true };
  const outcome = await stage.log.append(messageDraft({ groupId, sender, message, extras }));
  if (outcome.type === 'refused') throw new Error(`open: ${outcome.failure.code}`);
  return outcome;
}

const gathererOn = (stage: Stage) =>
  new AppendGatherer((command) => stage.messages.change(command), {
    after: (_, task) => {
      const timer = setTimeout(task, 1 + Math.random() * 3);
      return () => clearTimeout(timer);
    },
  });

onEveryRedis((openStage) => {
  const openTwo = async () => {
    const prefix = freshPrefix();
    const [one, other] = [openStage({ settings, prefix }), openStage({ settings, prefix })];
    await one.create();
    return [one, other] as const;
  };

  test(
    'an author whose texts arrive over two connections at once has each of them once, in order',
    async () => {
      const [one, other] = await openTwo();
      await forEachTry(async (at) => {
        const { epoch, seq, messageId } = await open(one, 'owner', 'So');
        const pieces = Array.from({ length: 20 }, (_, nth) =>
          appendCommand({
            groupId,
            actor: 'owner',
            target: { epoch, seq },
            text: ` ${nth}`,
            requestId: `${at}-${nth}`,
          }),
        );
        const answers = await Promise.all(
          [gathererOn(one), gathererOn(other), gathererOn(other)].flatMap((gatherer, nth) =>
            pieces.map(async (piece, count) => {
              // The third one comes back later on the node of the second, with all that was not answered.
              for (let turn = 0; turn < count * (nth + 1); turn += 5)
                await new Promise((next) => setImmediate(next));
              return gatherer.append(piece);
            }),
          ),
        );
        expect(answers.map(({ type }) => type)).toEqual(answers.map(() => 'changed'));
        const whole = `So${pieces.map(({ text }) => text).join('')}`;
        expect(await get(one, messageId)).toMatchObject({ message: whole, open: true });
      });
    },
    timeLimitMs,
  );

  test(
    'an append that races a take-down comes before it or finds no message, and leaves no text',
    async () => {
      const [one, other] = await openTwo();
      const outcomes = new Map<string, number>();
      await forEachTry(async () => {
        const { messageId } = await open(one, 'owner', 'secret');
        const [appended, takenDown] = await Promise.all([
          run(one, 'append', messageId, { message: 'secret' }),
          run(other, 'take_down', messageId),
        ]);
        const outcome = refusalIn(appended);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        expect(refusalIn(takenDown)).toBe('changed');
        if (appended.type === 'changed' && takenDown.type === 'changed')
          expect(appended.seq).toBeLessThan(takenDown.seq);
      });
      expect([...outcomes.keys()].every((code) => ['changed', 'message_not_found'].includes(code))).toBe(
        true,
      );
      const values = await everyValue(one.redis, `${one.keys.prefix}*`);
      expect([...values].filter(([, value]) => value.includes('secret')).map(([key]) => key)).toEqual([]);
    },
    timeLimitMs,
  );

  test(
    'an append that races an edit comes before it or finds the message closed',
    async () => {
      const [one, other] = await openTwo();
      await forEachTry(async () => {
        const { messageId } = await open(one, 'owner', 'So');
        const [appended, edited] = await Promise.all([
          run(one, 'append', messageId, { message: ' far' }),
          run(other, 'edit', messageId, { message: 'edited' }),
        ]);
        expect(['changed', 'message_closed']).toContain(refusalIn(appended));
        expect(refusalIn(edited)).toBe('changed');
        const message = await get(one, messageId);
        expect(message).toMatchObject({ message: 'edited', edits: 1 });
        expect(message).not.toHaveProperty('open');
      });
    },
    timeLimitMs,
  );
});
