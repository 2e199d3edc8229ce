/**
 * The property of changes: who folds live entries, who reads history, who reads one message, and who resumes anywhere
 * end in the same state, under any interleaving of changes, trims and memberships.
 */
import { historyEntryFrom, type LogEntry, type MessageTarget } from '@plenum/core';
import { type HistoryEntry, SERVICE } from '@plenum/protocol';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinCommand, kickCommand, messageDraft } from '../../commands.ts';
import { eventually } from '../../eventually.ts';
import {
  appendCommand,
  editCommand,
  pinCommand,
  reactCommand,
  takeDownCommand,
  unpinCommand,
  unreactCommand,
} from '../../message-commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { feedListener } from '../../scene/feed-listener.ts';
import { beginMessages, type MessageScene } from '../../scene/message-scene.ts';
import { expectAppended } from '../../scene/scene.ts';
import { fold } from './fold.ts';

const reader = 'guest';
const actors = ['owner', reader, 'other'] as const;
/** So few that many runs lose messages whose changes are still there. */
const historyMaxEntries = 12;
const runTimeoutMs = 2000;

const step = fc.record({
  what: fc.constantFrom(
    'send',
    'open',
    'append',
    'append',
    'append',
    'finish',
    'edit',
    'edit',
    'react',
    'react',
    'unreact',
    'pin',
    'unpin',
    'takeDown',
    'kick',
  ),
  actor: fc.constantFrom(...actors),
  /** Which of the messages that were sent, counted from the newest. */
  back: fc.nat(5),
  text: fc.constantFrom('a', 'b', 'ß "☃"'),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

async function take(
  one: MessageScene,
  sent: MessageTarget[],
  { what, actor, back, text }: Step,
): Promise<void> {
  const { groupId, scene } = one;
  if (what === 'kick') {
    await scene.change(kickCommand({ groupId, actor: 'owner', userId: 'other' }));
    await scene.do(joinCommand({ groupId, actor: SERVICE, userId: 'other', admit: true, ensure: true }));
    return;
  }
  const target = sent.at(-1 - back);
  if (what === 'send' || target === undefined) {
    sent.push(await one.send(actor, text));
    return;
  }
  if (what === 'open') {
    const given = { groupId, sender: actor, message: text, extras: { isOpen: true } };
    sent.push(expectAppended(await scene.engine.log.append(messageDraft(given))));
    return;
  }
  const on = { groupId, actor, target };
  const commands = {
    edit: () => editCommand({ ...on, message: text, metadata: `{"${text.length}":1}` }),
    append: () => appendCommand({ ...on, text }),
    finish: () => appendCommand({ ...on, text, isDone: true }),
    react: () => reactCommand({ ...on, reaction: text }),
    unreact: () => unreactCommand({ ...on, reaction: text }),
    pin: () => pinCommand(on),
    unpin: () => unpinCommand(on),
    takeDown: () => takeDownCommand({ ...on, reason: text }),
  };
  await one.change(commands[what]());
}

async function expectOneState(
  one: MessageScene,
  live: readonly HistoryEntry[],
  sent: readonly MessageTarget[],
) {
  const history = await one.history(reader);
  const present = fold(live, reader);
  const oldestSeq = history[0]?.seq ?? 0;
  const kept = sent.filter(({ seq }) => seq >= oldestSeq);
  const folded = fold(history, reader);
  for (const target of kept) {
    const found = await one.read(target, reader);
    expect(found).toEqual(history.find(({ seq }) => seq === target.seq));
    expect(folded.get(target.seq)).toEqual(present.get(target.seq));
  }
  for (let at = oldestSeq - 1; at < (history.at(-1)?.seq ?? 0); at += 1) {
    const known = fold(live.slice(0, at), reader);
    const resumed = fold(await one.history(reader, at), reader, known);
    const expected = [...present].filter(([seq]) => !isForgotten(seq, resumed));
    expect([...resumed].sort(([a], [b]) => a - b)).toEqual(expected);
  }
}
/** A device that resumes has what it knew and what the log has. */
const isForgotten = (seq: number, resumed: ReadonlyMap<number, unknown>) => !resumed.has(seq);

export function foldingSuite(makeEngine: MakeEngine, runs: number): void {
  test(
    `${runs} random histories end in one state, live, read anew and resumed`,
    () =>
      fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
          await using one = await beginMessages(makeEngine, {
            users: { guest: 'active', other: 'active' },
            engineSettings: { historyMaxEntries },
          });
          const { scene } = one;
          const entries: LogEntry[] = [...(await scene.log())];
          scene.engine.feeds.listen(feedListener({ onEntry: (_, entry) => entries.push(entry) }));
          await scene.engine.feeds.open(scene.groupId);
          const sent: MessageTarget[] = [];
          for (const next of steps) await take(one, sent, next);
          const head = await scene.head();
          await eventually(() => expect(entries.at(-1)?.seq).toBe(head?.seq));
          await expectOneState(one, entries.map(historyEntryFrom), sent);
        }),
        { numRuns: runs },
      ),
    60_000 + runs * runTimeoutMs,
  );
}
