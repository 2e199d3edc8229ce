/** `plenum export` and `plenum import` as an operator runs them, on either engine. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { ServedNode } from '../support/cluster/served-node.ts';
import { engines } from '../support/cluster/service.ts';
import { adminToken } from '../support/wire/http.ts';

const script = 'apps/server/bin/plenum.js';
const timeOf = (n: number) => new Date(Date.UTC(2019, 4, 1) + n * 60_000).toISOString();

interface Row {
  readonly type: string;
  readonly [field: string]: unknown;
}
const linesOf = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const groupRows = (group_id: string, messages: number): Row[] => [
  {
    type: 'group',
    group_id,
    group_type: 'strict_private',
    history: 'all',
    metadata: { topic: 'old' },
    max_members: 9,
  },
  { type: 'member', group_id, user_id: 'ann', roles: ['admin'] },
  { type: 'member', group_id, user_id: 'bob' },
  { type: 'member', group_id, user_id: 'eve', roles: ['admin'] },
  { type: 'member', group_id, user_id: 'mia', status: 'muted' },
  { type: 'member', group_id, user_id: 'pat', status: 'pending' },
  ...Array.from({ length: messages }, (_, n) => ({
    type: 'message',
    group_id,
    from_user_id: n % 2 === 0 ? 'ann' : 'someone_gone',
    message: `message ${n}\n"é🐘"`,
    timestamp: timeOf(n),
    ...(n === 1 ? { metadata: { n } } : {}),
  })),
];

describe.each(engines)('export and import on %s', (engine) => {
  let node: ServedNode;
  let folder: string;
  beforeAll(async () => {
    node = await ServedNode.start(engine, { PLENUM_MEMBERSHIP_RATE_BURST: '1000' });
    folder = await mkdtemp(join(tmpdir(), 'plenum-'));
  });
  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const plenum = (...words: readonly string[]) =>
    new CommandProcess(script, [...words, '--url', node.url, '--token', adminToken], {});
  const run = async (words: readonly string[], stdin = '') => {
    await using command = plenum(...words);
    command.input(stdin);
    return { code: await command.ended, output: command.output, lines: command.lines };
  };
  const fileWith = async (text: string): Promise<string> => {
    const path = join(folder, `${performance.now()}.ndjson`);
    await writeFile(path, text);
    return path;
  };
  const exported = async (...groups: readonly string[]): Promise<Row[]> => {
    const { code, lines } = await run(['export', ...groups.flatMap((id) => ['--group', id])]);
    expect(code).toBe(0);
    return lines.map((line) => JSON.parse(line));
  };
  const textsOf = (rows: readonly Row[]) =>
    rows.filter(({ type }) => type === 'message').map((row) => row['message']);

  test('an import is exported with senders and times, and imported again into another group', async () => {
    const rows = groupRows('first', 7);
    const imported = await run(['import', await fileWith(linesOf(rows))]);
    expect(imported).toMatchObject({
      code: 0,
      output: expect.stringContaining('imported 1 groups, 7 messages'),
    });
    const out = await exported('first');
    const [head, group, ...others] = out;
    expect(head).toEqual({ type: 'plenum', version: 1 });
    const { type: _, ...settings } = rows[0] ?? { type: '' };
    expect(group).toMatchObject({ ...settings, ephemeral: false });
    expect(out.at(-1)).toEqual({ type: 'end', groups: 1, members: 5, messages: 7 });
    const members = others.filter(({ type }) => type === 'member');
    const statusOf = new Map(members.map((one) => [one['user_id'], [one['status'], one['roles']]]));
    expect(statusOf).toEqual(
      new Map([
        ['ann', ['active', ['admin']]],
        ['bob', ['active', ['member']]],
        ['eve', ['active', ['admin']]],
        ['mia', ['muted', ['member']]],
        ['pat', ['pending', ['member']]],
      ]),
    );
    const messages = others.filter(({ type }) => type === 'message');
    expect(messages).toMatchObject(rows.slice(6).map((row) => ({ ...row, imported: true })));
    const again = out.map((row) => (row['group_id'] === 'first' ? { ...row, group_id: 'second' } : row));
    expect(await run(['import', '-'], linesOf(again))).toMatchObject({ code: 0 });
    expect(textsOf(await exported('second'))).toEqual(textsOf(rows));
    const all = await run(['export', '--all']);
    expect(all.lines.at(-1)).toBe(JSON.stringify({ type: 'end', groups: 2, members: 10, messages: 14 }));
  });

  test('a group that exists is refused with its line, and --merge adds to it', async () => {
    const rows = groupRows('there', 2);
    const body = { group_id: 'there', group_type: 'strict_private', creator_id: 'zoe' };
    await node.rest('POST', '/v1/groups', { body });
    const path = await fileWith(linesOf([...groupRows('new', 1), ...rows]));
    const refused = await run(['import', path]);
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringContaining('line 8: there exists already'),
    });
    expect(await node.rest('GET', '/v1/groups/new')).toMatchObject({ status: 404 });
    expect(await run(['import', path, '--merge'])).toMatchObject({ code: 0 });
    // The same file again finds its own import.
    expect(await run(['import', path])).toMatchObject({ code: 0 });
    const out = await exported('there');
    expect(textsOf(out)).toEqual(textsOf(rows));
    expect(out.filter(({ type }) => type === 'member')).toHaveLength(6);
  });

  test('a file with broken lines names them, and nothing of it is imported', async () => {
    const rows = groupRows('whole', 3);
    const [last] = rows.slice(-1);
    const text = `${linesOf(rows)}\n{"type":"message"\n${linesOf([{ ...last, timestamp: '1969-12-31T23:59:59.999Z' }])}`;
    const refused = await run(['import', await fileWith(text)]);
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('Nothing was imported') });
    expect(refused.output).toContain('line 11: it is not JSON');
    expect(refused.output).toContain('line 12: timestamp');
    expect(await node.rest('GET', '/v1/groups/whole')).toMatchObject({ status: 404 });
  });

  test('an import that is killed again and again continues, and nothing is doubled', async () => {
    const ids = Array.from({ length: 10 }, (_, at) => `big-${at}`);
    const [head, ...rest] = [0, 1, 2, 3, 4, 5].map((row) => ids.map((id) => groupRows(id, 200)[row]));
    // The groups alternate from message to message.
    const messages = Array.from({ length: 200 }, (_, n) => ids.map((id) => groupRows(id, n + 1).at(-1)));
    const rows = [head, ...rest, ...messages].flat().flatMap((row) => row ?? []);
    const path = await fileWith(linesOf(rows));
    const stored = async () => {
      const answers = await Promise.all(ids.map((id) => node.rest('GET', `/v1/groups/${id}`)));
      return answers.reduce((sum, { body }) => sum + Number(body['seq'] ?? 0), 0);
    };
    for (const part of [200, 1000]) {
      await using command = plenum('import', path);
      while ((await stored()) < part) await new Promise(setImmediate);
      command.signal('SIGKILL');
      await command.ended;
    }
    expect(await run(['import', path])).toMatchObject({ code: 0 });
    const out = await exported(...ids);
    for (const id of ids) {
      const own = out.filter(({ group_id }) => group_id === id);
      expect(textsOf(own)).toEqual(textsOf(groupRows(id, 200)));
    }
  });
});

test('without a token, without a node, and with a wrong token the reason is one sentence', async () => {
  const ask = async (...words: readonly string[]) => {
    await using command = new CommandProcess(script, ['export', '--all', ...words], {});
    return { code: await command.ended, output: command.output };
  };
  expect(await ask('--url', 'http://127.0.0.1:9')).toEqual({
    code: 1,
    output: 'Give an admin token: --token <token> or PLENUM_ADMIN_TOKEN\n',
  });
  await using node = await ServedNode.start('memory');
  const wrong = await ask('--url', node.url, '--token', 'x'.repeat(40));
  expect(wrong).toEqual({ code: 1, output: expect.stringContaining('unauthenticated') });
});
