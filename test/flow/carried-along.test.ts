/** Everything that a service has is exported, imported into an empty one and exported again: what a file carries, and what not. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { ServedNode } from '../support/cluster/served-node.ts';
import { engines } from '../support/cluster/service.ts';
import { adminToken } from '../support/wire/http.ts';

type Row = Readonly<Record<string, unknown>>;

/** What a file has and an import does not take. */
const notCarried = [
  ...['created_at', 'joined_at', 'message_id', 'seq', 'epoch', 'state_seq', 'imported'],
  ...['edits', 'edited_at', 'reactions', 'reply', 'mentions', 'open'],
];
const carried = (rows: readonly Row[]) =>
  rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !notCarried.includes(name))));
const settings = {
  ...{ posting: 'admins', slow_mode_ms: 5000, edit_window_ms: 60_000, max_members: 40, ephemeral: false },
  ...{ mute_survives_rejoin: true, id_reserved_ms: 1000, request_ttl_ms: 3_600_000, accepts_needed: 2 },
  ...{ history: 'all', metadata: { topic: 'é' }, retention: { max_entries: 500 } },
};

describe.each(engines)('an export of everything on %s', (engine) => {
  let folder: string;
  let node: ServedNode;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plenum-'));
    node = await ServedNode.start(engine, {
      PLENUM_MEMBERSHIP_RATE_BURST: '1000',
      PLENUM_RATE_BURST: '1000',
    });
  });
  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const must = async (method: string, path: string, body?: object): Promise<Row> => {
    const answer = await node.rest(method, path, body === undefined ? {} : { body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const plenum = async (at: ServedNode, ...words: readonly string[]) => {
    await using command = new CommandProcess(
      'apps/server/bin/plenum.js',
      [...words, '--url', at.url, '--token', adminToken],
      {},
    );
    expect(await command.ended, command.output).toBe(0);
  };
  const exportOf = async (at: ServedNode, name: string): Promise<Row[]> => {
    const path = join(folder, name);
    await plenum(at, 'export', '--all', '--output', path);
    return (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  };

  async function fill(): Promise<void> {
    const group = { creator_id: 'ann', ...settings };
    await must('POST', '/v1/groups', { group_id: 'strict', group_type: 'strict_private', ...group });
    const add = [
      { user_id: 'eve', roles: ['admin'] },
      { user_id: 'mod', roles: ['moderator'] },
      { user_id: 'mia', status: 'muted' },
      { user_id: 'bob' },
    ];
    await must('POST', '/v1/groups/strict/members:batch', { add });
    await must('PUT', '/v1/groups/strict/members/pat', { note: 'let me in "é"' });
    await must('POST', '/v1/groups/strict/members/out/ban', { actor_id: 'ann' });
    await must('POST', '/v1/groups/strict/members/ida/invite', { actor_id: 'ann' });
    await must('POST', '/v1/groups/strict/invite_links', { actor_id: 'ann' });
    const to = '/v1/groups/strict/messages';
    const send = async (message: string, extras: object = {}) =>
      String((await must('POST', to, { from_user_id: 'ann', message, ...extras }))['message_id']);
    const kept = await send('first', { metadata: { n: 1 } });
    const on = (id: string) => `${to}/${id}`;
    await must('PATCH', on(kept), { actor_id: 'ann', message: 'first, edited', metadata: { n: 2 } });
    await must('PUT', `${on(kept)}/pin`, { actor_id: 'ann' });
    await must('PUT', `${on(kept)}/reactions/${encodeURIComponent('👍')}`, { actor_id: 'ann' });
    await send('a reply', { reply_to: kept, mentions: ['bob'] });
    await must('DELETE', on(await send('taken down')), { actor_id: 'ann' });
    await send('expires', { expires_in_ms: 3_600_000 });
    const streamed = await send('str', { open: true });
    await must('POST', `${on(streamed)}/append`, { actor_id: 'ann', text: 'eamed', done: true });
    // A public group that all have left, and an empty private one.
    await must('POST', '/v1/groups', { group_id: 'left', group_type: 'public', creator_id: 'zoe' });
    await must('POST', '/v1/groups/left/messages', { from_user_id: 'zoe', message: 'bye' });
    await must('DELETE', '/v1/groups/left/members/zoe');
    await must('POST', '/v1/groups', { group_id: 'silent', group_type: 'private', creator_id: 'ann' });
  }

  test('comes into an empty service, and is exported there as it was', async () => {
    await fill();
    const first = await exportOf(node, 'first.ndjson');
    const messages = first.filter(({ type }) => type === 'message');
    expect(messages.map(({ message }) => message).sort()).toEqual([
      'a reply',
      'bye',
      'first, edited',
      'streamed',
    ]);
    expect(first.find(({ group_id }) => group_id === 'strict')).toMatchObject(settings);
    await using empty = await ServedNode.start(engine, { PLENUM_MEMBERSHIP_RATE_BURST: '1000' });
    await plenum(empty, 'import', join(folder, 'first.ndjson'));
    const second = await exportOf(empty, 'second.ndjson');
    expect(carried(second)).toEqual(carried(first));
    const strict = second.filter(({ group_id, type }) => group_id === 'strict' && type === 'member');
    expect(strict.map(({ user_id, roles, status, note }) => [user_id, roles, status, note])).toEqual([
      ['ann', ['admin'], 'active', undefined],
      ['eve', ['admin'], 'active', undefined],
      ['mod', ['moderator'], 'active', undefined],
      ['mia', ['member'], 'muted', undefined],
      ['bob', ['member'], 'active', undefined],
      ['pat', ['member'], 'pending', 'let me in "é"'],
    ]);
  });
});
