import { groupIdSchema, limits, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import type { AppendText, MessageOutcome } from '../log/message-commands.ts';
import { AppendGatherer } from './append-gatherer.ts';

const changed = {
  type: 'changed',
  isDuplicate: false,
  ...{ epoch: 'e', seq: 1, edits: 0, editedAtMs: null, mentionsDropped: [], count: 0 },
} as const;

const append = (id: string, text = id, isDone = false): AppendText => ({
  operation: 'append',
  groupId: groupIdSchema.parse('g'),
  actor: userIdSchema.parse('ann'),
  request: { id, payloadHash: `hash of ${text}`, rememberMs: 1000 },
  target: { epoch: 'e', seq: 1 },
  ...{ text, isDone, also: [] },
});

/** A store that appends as the engines do, whose answers come when the test lets them. */
function stage(answer: (command: AppendText) => MessageOutcome | null = () => null) {
  const known = new Set<string>();
  const stored: string[] = [];
  const sent: AppendText[] = [];
  const timers: (() => void)[] = [];
  const gatherer = new AppendGatherer(
    async (command) => {
      sent.push(command);
      const refused = answer(command);
      if (refused !== null) return refused;
      if (known.has(command.request.id)) return { ...changed, isDuplicate: true };
      if (command.also.some(({ id }) => known.has(id)))
        return { type: 'refused', failure: { code: 'conflict' } };
      for (const { id } of [command.request, ...command.also]) known.add(id);
      stored.push(command.text);
      return changed;
    },
    {
      after: (_, task) => {
        timers.push(task);
        return () => {};
      },
    },
  );
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const later = async () => {
    await turn();
    for (const task of timers.splice(0)) task();
    await turn();
  };
  return { gatherer, stored, sent, later };
}

test('the first text leaves at once, and those that come meanwhile as one, in their order', async () => {
  const { gatherer, stored, later } = stage();
  const answers = ['a', 'b', 'c'].map((id) => gatherer.append(append(id)));
  expect(stored).toEqual(['a']);
  await later();
  expect(stored).toEqual(['a', 'bc']);
  expect(await Promise.all(answers)).toEqual([changed, changed, changed]);
});

test('messages of a group leave together, and another group has a beat of its own', async () => {
  const { gatherer, stored, later } = stage();
  const other = { target: { epoch: 'e', seq: 2 } };
  for (const id of ['a', 'b', 'c']) void gatherer.append(append(id));
  for (const id of ['x', 'y']) void gatherer.append({ ...append(id), ...other });
  void gatherer.append({ ...append('far'), groupId: groupIdSchema.parse('elsewhere') });
  expect(stored).toEqual(['a', 'far']);
  await later();
  expect(stored.slice(2).sort()).toEqual(['bc', 'xy']);
  void gatherer.append(append('d'));
  void gatherer.append({ ...append('z'), ...other });
  expect(stored).toHaveLength(4);
  await later();
  expect(stored.slice(4).sort()).toEqual(['d', 'z']);
});

test('a request that comes again while it waits is appended once', async () => {
  const { gatherer, stored, later } = stage();
  const ids = ['a', 'b', 'c', 'b', 'c', 'd'];
  const answers = ids.map((id) => gatherer.append(append(id)));
  for (let round = 0; round < ids.length; round += 1) await later();
  expect(stored.join('')).toBe('abcd');
  const outcomes = (await Promise.all(answers)).map(
    (outcome) => 'isDuplicate' in outcome && outcome.isDuplicate,
  );
  expect(outcomes).toEqual([false, false, false, true, true, false]);
});

test('texts that another node has appended are left out, and the others leave as one', async () => {
  const { gatherer, stored, later } = stage();
  for (const id of ['a', 'b', 'c']) void gatherer.append(append(id));
  await later();
  await later();
  const answers = ['a', 'b', 'c', 'd', 'e'].map((id) => gatherer.append(append(id)));
  for (let round = 0; round < 4; round += 1) await later();
  expect(stored).toEqual(['a', 'bc', 'de']);
  const outcomes = (await Promise.all(answers)).map(
    (outcome) => 'isDuplicate' in outcome && outcome.isDuplicate,
  );
  expect(outcomes).toEqual([true, true, true, false, false]);
});

test('no text is appended after one that waits before it and was refused for now', async () => {
  const full: MessageOutcome = { type: 'refused', failure: { code: 'room_overloaded', retryAfterMs: 500 } };
  let refusals = 1;
  const { gatherer, stored, later } = stage(({ text }) => {
    if (!text.startsWith('b') || refusals === 0) return null;
    refusals -= 1;
    return full;
  });
  const answers = ['a', 'b', 'c', ...Array.from({ length: limits.appendsPerEntry }, (_, at) => `d${at}`)].map(
    (id) => gatherer.append(append(id)),
  );
  await later();
  await later();
  const [first, ...others] = await Promise.all(answers);
  expect(first).toEqual(changed);
  expect(new Set(others)).toEqual(new Set([full]));
  expect(stored).toEqual(['a']);
});

test('texts that cannot be appended as one are judged each by itself', async () => {
  const { gatherer, stored, later } = stage(({ text }) =>
    text.includes('bad') ? { type: 'refused', failure: { code: 'moderation_blocked' } } : null,
  );
  const answers = ['a', 'b', 'bad', 'c'].map((id) => gatherer.append(append(id)));
  await later();
  expect(stored).toEqual(['a', 'b', 'c']);
  expect((await Promise.all(answers)).map(({ type }) => type)).toEqual([
    'changed',
    'changed',
    'refused',
    'changed',
  ]);
});

test('nothing is gathered behind the end of the message', async () => {
  const { gatherer, sent, later } = stage();
  for (const [id, isDone] of [
    ['a', false],
    ['b', true],
    ['c', false],
  ] as const)
    void gatherer.append(append(id, id, isDone));
  await later();
  await later();
  expect(sent.map(({ text, isDone }) => [text, isDone])).toEqual([
    ['a', false],
    ['b', true],
    ['c', false],
  ]);
});
