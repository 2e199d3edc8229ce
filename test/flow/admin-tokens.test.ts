/** Tokens of admins as an operator configures them, and the audit log that a node writes about them. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { ServedNode } from '../support/cluster/served-node.ts';
import { engines } from '../support/cluster/service.ts';
import { adminToken, jwtSecret, tokenOf } from '../support/wire/http.ts';

const script = 'apps/server/bin/plenum.js';
const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex');

async function run(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  await using command = new CommandProcess(script, words, { PORT: '0', ...environment });
  return { code: await command.ended, output: command.output, lines: command.lines };
}

async function folderWith(adminTokens: readonly object[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plenum-admins-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'plenum.config.json'), JSON.stringify({ adminTokens }));
  return folder;
}

/** What the node has written into the channel. */
const auditOf = (node: ServedNode): object[] =>
  node.command.lines
    .filter((line) => line.startsWith('{'))
    .map((line): object => JSON.parse(line))
    .filter((line) => Reflect.get(line, 'channel') === 'audit');

test.each([
  ['x', 'PLENUM_ADMIN_TOKEN must be at least 32 bytes long outside dev mode\n'],
  [`${adminToken},x`, 'PLENUM_ADMIN_TOKEN must be at least 32 bytes long outside dev mode, each of them\n'],
])('in production the admin token %s is too short to start with', async (token, sentence) => {
  const environment = {
    ...{ NODE_ENV: 'production', PLENUM_ENGINE: 'memory' },
    ...{ PLENUM_JWT_SECRET: jwtSecret, PLENUM_ADMIN_TOKEN: token },
  };
  for (const name of ['serve', 'check']) {
    const { code, output } = await run([name], environment);
    expect(code).toBe(1);
    expect(output).toBe(`Plenum cannot start:\n  - ${sentence}`);
  }
});

test('in dev mode a short admin token is taken', async () => {
  await using node = await ServedNode.start('memory', { PLENUM_JWT_SECRET: '', PLENUM_ADMIN_TOKEN: 'x' });
  expect((await node.rest('GET', '/v1/nodes', { token: 'x' })).status).toBe(200);
});

describe.each(engines)('on %s', (engine) => {
  test('several admin tokens of the environment count at once', async () => {
    const other = randomBytes(32).toString('hex');
    await using node = await ServedNode.start(engine, { PLENUM_ADMIN_TOKEN: `${adminToken}, ${other}` });
    for (const token of [adminToken, other]) {
      expect((await node.rest('GET', '/v1/nodes', { token })).status).toBe(200);
    }
    const both = await node.rest('GET', '/v1/nodes', { token: `${adminToken},${other}` });
    expect(both.status).toBe(401);
  });

  test('a token known by its digest may do what its scopes allow, and the audit log shows it', async () => {
    const made = await run(['admin-token', '--name', 'ci', '--scopes', 'groups']);
    const [token = ''] = made.lines;
    const [row = ''] = made.output.match(/^\{.*\}$/m) ?? [];
    const PWD = await folderWith([JSON.parse(row)]);
    await using node = await ServedNode.start(engine, { PWD });
    const group = { group_id: 'ops', group_type: 'public', creator_id: 'ada' };
    expect((await node.rest('POST', '/v1/groups', { token, body: group })).status).toBe(201);
    const denied = await node.rest('GET', '/v1/nodes', { token });
    expect(denied).toMatchObject({ status: 403, body: { code: 'forbidden', details: { scope: 'read' } } });
    const drained = await node.rest('POST', '/v1/nodes/n/drain', { token });
    expect(drained.body).toMatchObject({ code: 'forbidden', details: { scope: 'ops' } });
    const metrics = await fetch(`${node.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    expect(metrics.status).toBe(403);
    await node.rest('GET', '/v1/partitions', { token: await tokenOf('eve') });
    await node.rest('GET', '/v1/partitions', { token: 'guessed' });
    await node.command.until(/"act":"list_partitions","target":"","outcome":"unauthenticated"/);
    expect(auditOf(node)).toMatchObject([
      { kind: 'act', who: 'ci', act: 'create_group', target: 'group:ops', acting_as: 'ada', outcome: 'ok' },
      { kind: 'denial', who: 'ci', act: 'list_nodes', outcome: 'forbidden' },
      { kind: 'denial', who: 'ci', act: 'drain_node', target: 'node:n', outcome: 'forbidden' },
      { kind: 'denial', who: 'ci', act: 'metrics', outcome: 'forbidden' },
      { kind: 'denial', who: 'user:eve', act: 'list_partitions', outcome: 'forbidden', address: '127.0.0.1' },
      { kind: 'denial', who: 'unknown', act: 'list_partitions', request_id: expect.any(String) },
    ]);
    for (const secret of [token, sha256Of(token), adminToken])
      expect(node.command.output).not.toContain(secret);
  });
});

test.each([
  [
    [{ name: 'ci', sha256: 'abc', scopes: ['read'] }],
    'adminTokens[0].sha256 must be the SHA-256 of the token',
  ],
  [[{ name: 'ci', token: 'x', scopes: ['read'] }], 'adminTokens[0].token is unknown: there are name, sha256'],
  [
    [{ name: 'ci', sha256: sha256Of('a'), scopes: ['raed'] }],
    'scopes holds an unknown scope: did you mean read?',
  ],
  [
    [{ name: 'ci', sha256: sha256Of('a'), scopes: [] }],
    'adminTokens[0].scopes must be a list of some of read',
  ],
  [[{ name: 'c i', sha256: sha256Of('a'), scopes: ['read'] }], 'adminTokens[0].name must be 1 to 64 of'],
  [
    [1, 2].map(() => ({ name: 'ci', sha256: sha256Of('a'), scopes: ['read'] })),
    'adminTokens has two of the name ci',
  ],
])('a row that is no admin token stops the start: %j', async (rows, sentence) => {
  const { code, output } = await run(['check'], { PWD: await folderWith(rows) });
  expect(code).toBe(1);
  expect(output).toContain(
    `plenum.config.json: ${sentence.startsWith('adminTokens') ? '' : 'adminTokens[0].'}${sentence}`,
  );
});

test.each([
  [['--name', 'ci', '--scopes', 'read,write'], '--scopes must be some of read, groups, ops'],
  [['--name', 'token-1', '--scopes', 'read'], '--name must be 1 to 64 of'],
])('plenum admin-token %j is refused with one sentence', async (words, sentence) => {
  const { code, output } = await run(['admin-token', ...words]);
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(sentence) });
});
