import { expect, test } from 'vitest';
import { MessageSender } from './import-messages.ts';
import { lineParser, type MessageLine } from './lines.ts';
import type { Answer, ServiceCalls } from './service-calls.ts';

const parse = lineParser(65_536);
function messageOf(group: string, text: string): MessageLine {
  const fields = {
    group_id: group,
    from_user_id: 'ann',
    message: text,
    timestamp: '2019-05-01T00:00:00.000Z',
  };
  const parsed = parse(JSON.stringify({ type: 'message', ...fields }));
  if (!parsed.ok || parsed.line.type !== 'message') throw new Error('it is a message');
  return parsed.line;
}

interface Sent {
  readonly path: string;
  readonly position: number;
  readonly texts: readonly string[];
}

/** @param answer of every call */
function sending(taken: ReadonlyMap<string, number> = new Map(), answer: Answer = { ok: true, result: {} }) {
  const sent: Sent[] = [];
  let [open, openMost, done] = [0, 0, 0];
  const call: ServiceCalls = async ({ path, body }) => {
    open += 1;
    openMost = Math.max(openMost, open);
    await new Promise(setImmediate);
    open -= 1;
    const { position, messages } = Object(body);
    sent.push({ path, position, texts: messages.map(({ message }: { message: string }) => message) });
    return answer;
  };
  const onProgress = (messages: number) => {
    done = messages;
  };
  const sender = new MessageSender({ call, importId: 'team', taken, onProgress });
  return { sender, sent, openMost: () => openMost, done: () => done };
}

test('messages of groups that alternate are one call per group, in their order', async () => {
  const { sender, sent, openMost, done } = sending();
  for (let n = 0; n < 600; n += 1) await sender.add(messageOf(`g${n % 100}`, `${n}`));
  expect(sent).toEqual([]);
  await sender.flush();
  expect(sent).toHaveLength(100);
  for (const { path, position, texts } of sent) {
    const at = Number(/g(\d+)/.exec(path)?.[1]);
    expect({ position, texts }).toEqual({
      position: 0,
      texts: [0, 1, 2, 3, 4, 5].map((k) => `${k * 100 + at}`),
    });
  }
  expect(openMost()).toBeLessThanOrEqual(8);
  expect(done()).toBe(600);
});

test('a full batch is sent at once, and the next one continues behind it', async () => {
  const { sender, sent } = sending();
  for (let n = 0; n < 450; n += 1) await sender.add(messageOf('g', `${n}`));
  expect(sent.map(({ position, texts }) => [position, texts.length])).toEqual([
    [0, 200],
    [200, 200],
  ]);
  await sender.flush();
  expect(sent.at(-1)).toMatchObject({ position: 400 });
  expect(sent.flatMap(({ texts }) => texts)).toEqual(Array.from({ length: 450 }, (_, n) => `${n}`));
});

test('what waits is bounded in bytes, of all groups together', async () => {
  const { sender, sent } = sending();
  const text = 'x'.repeat(60_000);
  let waitingMost = 0;
  for (let n = 0; n < 300; n += 1) {
    await sender.add(messageOf(`g${n}`, text));
    waitingMost = Math.max(waitingMost, n + 1 - sent.length);
  }
  await sender.flush();
  expect(waitingMost * text.length).toBeLessThanOrEqual(8 * 1024 * 1024);
  expect(sent).toHaveLength(300);
});

test('messages that a group has are left out, and others keep their places', async () => {
  const { sender, sent, done } = sending(new Map([['a', 2]]));
  for (const text of ['0', '1', '2'])
    for (const group of ['a', 'b']) await sender.add(messageOf(group, text));
  await sender.flush();
  expect(sent.sort((one, other) => one.path.localeCompare(other.path))).toEqual([
    { path: '/v1/groups/a/messages/import', position: 2, texts: ['2'] },
    { path: '/v1/groups/b/messages/import', position: 0, texts: ['0', '1', '2'] },
  ]);
  expect(done()).toBe(6);
});

test('after a refusal no further batch is sent', async () => {
  const refusal = { ok: false, code: 'conflict', error: 'no' } as const;
  const { sender, sent } = sending(new Map(), refusal);
  for (let n = 0; n < 100; n += 1) await sender.add(messageOf(`g${n}`, 'text'));
  await expect(sender.flush()).rejects.toThrow(/^g\d: conflict: no$/);
  await new Promise(setImmediate);
  expect(sent.length).toBeLessThanOrEqual(8);
});
