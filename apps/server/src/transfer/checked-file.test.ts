import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkFile } from './checked-file.ts';
import { lineParser } from './lines.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plenum-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function check(content: string | Uint8Array) {
  const path = join(folder, 'import.ndjson');
  await writeFile(path, content);
  return checkFile(path, lineParser(4096));
}
const lines = (...rows: readonly (object | string)[]) =>
  rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');
async function problemsOf(...rows: readonly (object | string)[]) {
  const checked = await check(lines(...rows));
  return checked.ok ? [] : checked.problems;
}

const group = { type: 'group', group_id: 'g', group_type: 'private' };
const admin = { type: 'member', group_id: 'g', user_id: 'ann', roles: ['admin'] };
const timestamp = '2019-05-01T00:00:00.000Z';
const message = { type: 'message', group_id: 'g', from_user_id: 'ann', message: 'hello', timestamp };
const head = { type: 'plenum', version: 1 };

test('groups, members and messages are counted, and unknown fields are ignored', async () => {
  const exported = { ...message, message_id: 'e-1', seq: 1, epoch: 'e', imported: true };
  const end = { type: 'end', groups: 1, members: 1, messages: 2 };
  const checked = await check(`${lines(head, group, admin, message, '', exported, end)}\n`);
  if (!checked.ok) throw new Error(checked.problems.join('\n'));
  expect(checked.file).toMatchObject({ messages: 2, importId: expect.stringMatching(/^[\w-]{32}$/) });
  expect(checked.file.groups.get('g')).toMatchObject({ lineNumber: 2, messages: 2 });
});

test('the same file has the same id, and another file another one', async () => {
  const ids: string[] = [];
  for (const text of ['one', 'one', 'two']) {
    const checked = await check(lines(group, admin, { ...message, message: text }));
    if (checked.ok) ids.push(checked.file.importId);
  }
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
});

test('each broken line is named by its number', async () => {
  const bad = [
    '{"type":"message"',
    { ...message, group_id: 'other' },
    { ...message, from_user_id: 'a b' },
    { ...message, timestamp: 'today' },
    { ...message, message: 'x'.repeat(4097) },
    { ...message, message: '' },
    { ...message, metadata: 7 },
    { type: 'flight' },
    admin,
    group,
    head,
    { type: 'end', groups: 1, members: 0, messages: 0 },
    message,
  ];
  const problems = await problemsOf(group, admin, '', ...bad);
  const numbers = problems.map((problem) => Number(/^line (\d+): /.exec(problem)?.[1]));
  expect(numbers).toEqual(bad.map((_, at) => at + 4));
});

test('at most twenty lines are named', async () => {
  expect(await problemsOf(...Array.from({ length: 50 }, () => 'x'))).toHaveLength(20);
});

test.each<[string, readonly (object | string)[], string]>([
  ['a file that was cut off', [head, group, admin], 'the file is cut off'],
  [
    'a group without an admin',
    [group, { ...admin, roles: ['member'] }],
    'line 1: g has no member that is an active admin',
  ],
  ['a group whose admin is muted', [group, { ...admin, status: 'muted' }], 'line 1: g has no member'],
  ['a later version', [{ type: 'plenum', version: 2 }], 'line 1: version'],
])('%s is refused', async (_, rows, why) => {
  expect(await problemsOf(...rows)).toEqual([expect.stringContaining(why)]);
});

test('a line that is not UTF-8, or too long, is an error that names it', async () => {
  const bytes = Buffer.concat([Buffer.from(`${lines(group)}\n`), Buffer.from([0xff, 0x0a])]);
  await expect(check(bytes)).rejects.toThrow(/^Line 2 of .* is not UTF-8$/);
  await expect(check(`${lines(group)}\n${'x'.repeat(1024 * 1024 + 1)}`)).rejects.toThrow(
    /^Line 2 of .* is longer/,
  );
});
