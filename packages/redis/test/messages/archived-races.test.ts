/**
 * Edits of messages that only an archive has, which arrive at the same time as other changes, over two connections as from two
 * nodes. `RACE_TRIES` makes a long run of it.
 */
import { type ArchivedText, type EditMessage, type MessageTarget, targetOf } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { editCommand, freshPrefix, takeDownCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, type Stage } from '../scripts/stage.ts';
import { everyValue } from './message-stage.ts';

const tries = Number(process.env['RACE_TRIES'] ?? 400);
const atOnce = 50;
const settings = {
  ...{ ratePerSec: 1e6, rateBurst: 1e6, historyMaxEntries: 100 },
  ...{ isOutboxWritten: true, isQueueCounted: true },
};
const owner = userIdSchema.parse('owner');
const sentAt = new Date().toISOString();
const timeLimitMs = 60_000 + tries * 40;

/** Two connections to a group, and the messages that its log has lost. */
async function begin(open: (options: { settings: typeof settings; prefix: string }) => Stage) {
  const prefix = freshPrefix();
  const [one, other] = [open({ settings, prefix }), open({ settings, prefix })];
  await one.create();
  const targets: MessageTarget[] = [];
  for (let at = 0; at < tries; at += 1) {
    const target = targetOf((await one.send('owner', 'old')).messageId);
    if (target !== null) targets.push(target);
  }
  for (let at = 0; at < 300; at += 1) await one.send('owner');
  return { one, other, targets };
}

async function forEachOf(
  targets: readonly MessageTarget[],
  race: (target: MessageTarget, at: number) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < targets.length; from += atOnce) {
    const some = targets.slice(from, from + atOnce);
    await Promise.all(some.map((target, at) => race(target, from + at)));
  }
}

/** What an archive shows that has got everything. */
async function archivedAt(stage: Stage, target: MessageTarget): Promise<ArchivedText> {
  const lost = await stage.messages.lost(groupId, target);
  const ids = { group_id: groupId, message_id: `${target.epoch}-${target.seq}`, ...target };
  const sent = { from_user_id: owner, message: 'old', timestamp: sentAt };
  return {
    shown: { type: 'message', request_id: 'r', ...sent, ...ids },
    state: target,
    throughSeq: lost?.throughSeq ?? 0,
  };
}

const edit = (target: MessageTarget, message: string, archived: EditMessage['archived'] = null) => ({
  ...editCommand({ groupId, actor: 'owner', target, message, isRateLimited: false }),
  archived,
});

onEveryRedis((open) => {
  test(
    'an edit that races a take-down comes before it or finds no message, and leaves no text',
    async () => {
      const { one, other, targets } = await begin(open);
      const outcomes = { changed: 0, message_not_found: 0 };
      await forEachOf(targets, async (target, at) => {
        const archived = await archivedAt(one, target);
        const { request_id, from_user_id, timestamp } = archived.shown;
        const sent = { request_id, from_user_id, timestamp };
        const down = takeDownCommand({ groupId, actor: 'owner', target });
        const [edited, takenDown] = await Promise.all([
          one.messages.change(edit(target, `secret edit ${at}`, archived)),
          other.messages.change({ ...down, archived: { sent, isImported: false, takenDown: null } }),
        ]);
        const code = edited.type === 'changed' ? edited.type : edited.failure.code;
        if (code === 'changed' || code === 'message_not_found') outcomes[code] += 1;
        if (takenDown.type !== 'changed') throw new Error(takenDown.failure.code);
        if (edited.type === 'changed') expect(edited.seq).toBeLessThan(takenDown.seq);
      });
      expect(outcomes.changed + outcomes.message_not_found).toBe(tries);
      const values = await everyValue(one.redis, `${one.keys.prefix}*`);
      expect([...values].filter(([, value]) => value.includes('secret')).map(([key]) => key)).toEqual([]);
    },
    timeLimitMs,
  );

  test(
    'of two edits one is the first and the other the second, or reads the archive again',
    async () => {
      const { one, other, targets } = await begin(open);
      let seconds = 0;
      await forEachOf(targets, async (target, at) => {
        const archived = await archivedAt(one, target);
        const outcomes = await Promise.all([
          one.messages.change(edit(target, `one ${at}`, archived)),
          other.messages.change(edit(target, `other ${at}`, archived)),
        ]);
        const edits = outcomes.flatMap((outcome) => (outcome.type === 'changed' ? [outcome.edits] : []));
        expect(edits.toSorted()).toEqual(edits.length === 2 ? [1, 2] : [1]);
        const again = outcomes.filter((outcome) => outcome.type === 'refused' && outcome.isBelowLog);
        expect(edits.length + again.length).toBe(2);
        seconds += edits.length === 2 ? 1 : 0;
      });
      expect(seconds).toBeGreaterThan(tries / 2);
    },
    timeLimitMs,
  );
});
