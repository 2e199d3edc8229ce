/** `plenum join`, `send` and `tail` as a person runs them, beside a node on either engine. */
import { execFile } from 'node:child_process';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { CertificateAuthority, freePort, startFaultProxy } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandProcess } from '../command-process.ts';
import { ServedNode } from '../support/cluster/served-node.ts';
import { engines } from '../support/cluster/service.ts';
import { httpRequest, jwtSecret, tokenOf } from '../support/wire/http.ts';

const script = 'apps/server/bin/plenum.js';
const admin = 'ann';
const devMode = { PLENUM_JWT_SECRET: '', PLENUM_ADMIN_TOKEN: '' };

/** Takes every connection, and says nothing. */
class SilentServer implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #taken: Set<Socket>;

  constructor(server: Server, taken: Set<Socket>, port: number) {
    this.#server = server;
    this.#taken = taken;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<SilentServer> {
    const taken = new Set<Socket>();
    const server = createServer((socket) => taken.add(socket.on('error', () => {}).resume()));
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return new SilentServer(server, taken, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#taken) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The whole output and the exit code. */
async function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  await using command = new CommandProcess(script, args, environment);
  command.input('');
  return { code: await command.ended, lines: command.lines, output: command.output };
}

test('plenum --help names join, send and tail', async () => {
  const { lines } = await run(['--help']);
  for (const name of ['join', 'send', 'tail'])
    expect(lines.join('\n')).toMatch(new RegExp(`^  ${name} `, 'm'));
});

describe.each(engines)('in dev mode on %s', (engine) => {
  let node: ServedNode;
  let groups = 0;
  beforeAll(async () => {
    node = await ServedNode.start(engine, {
      ...devMode,
      PLENUM_HISTORY_MAX_ENTRIES: '10',
      PLENUM_RATE_PER_SEC: '1000',
      PLENUM_RATE_BURST: '1000',
      PLENUM_MEMBERSHIP_RATE_BURST: '1000',
    });
  });
  afterAll(() => node[Symbol.asyncDispose]());

  const as = (user: string, ...words: readonly string[]) => [...words, '--as', user, '--url', node.url];
  const plenum = (user: string, ...words: readonly string[]) => run(as(user, ...words));
  const tail = (user: string, ...words: readonly string[]) =>
    new CommandProcess(script, as(user, 'tail', ...words), {});
  /** A group of one's own. */
  const madeGroup = async (type = 'public') => {
    groups += 1;
    const group = `room:${groups}`;
    expect(await plenum(admin, 'join', group, '--create', type)).toMatchObject({
      code: 0,
      lines: ['created'],
    });
    return group;
  };

  test('a user who joined sees what is sent from then on, and Ctrl-C ends the tail with code 0', async () => {
    const group = await madeGroup();
    expect(await plenum('ben', 'join', group)).toMatchObject({ code: 0, lines: ['active'] });
    await using ben = tail('ben', group);
    await ben.until(/from seq 3 on/);
    const sent = await plenum(admin, 'send', group, 'Hello,', 'world');
    expect(sent).toMatchObject({
      code: 0,
      lines: [expect.stringMatching(/^relayed seq=3 recipients=2 message_id=/)],
    });
    await ben.until(/^3 \S+Z ann: Hello, world$/m);
    const passing = await plenum(admin, 'send', '--ephemeral', group, 'in', 'passing');
    expect(passing).toMatchObject({ code: 0, lines: ['relayed recipients=2'] });
    await ben.until(/^- \S+Z ann: in passing \(ephemeral\)$/m);
    ben.signal('SIGINT');
    expect(await ben.ended).toBe(0);
    expect(ben.lines).toHaveLength(2);
  });

  test('every line of stdin is a message of its own, in order', async () => {
    const group = await madeGroup();
    await using ann = tail(admin, group, '--json');
    await ann.until(/from seq 2 on/);
    await using send = new CommandProcess(script, as(admin, 'send', group), {});
    send.input('one\n\ntwo\nthree');
    expect(await send.ended).toBe(0);
    await ann.until(/"three"/);
    expect(ann.lines.map((line) => JSON.parse(line))).toMatchObject([
      { type: 'message', seq: 2, from_user_id: admin, message: 'one' },
      { type: 'message', seq: 3, message: 'two' },
      { type: 'message', seq: 4, message: 'three' },
    ]);
  });

  test('tail --from begins with that entry and reports on stderr that nothing is missing', async () => {
    const group = await madeGroup();
    await plenum(admin, 'send', group, 'before');
    await using ann = tail(admin, group, '--from', '1');
    await ann.until(/recovered: entries 1 to 2/);
    // Stdout may be read after it.
    await ann.until(/ann: before/);
    expect(ann.lines).toEqual([
      expect.stringMatching(/^1 \S+ \* ann created$/),
      expect.stringMatching(/^2 \S+ ann: before$/),
    ]);
    expect((await plenum(admin, 'tail', group, '--from', '4')).output).toContain('the next seq of');
  });

  test('tail reports on stderr what is no longer in the log', async () => {
    const group = await madeGroup();
    await using send = new CommandProcess(script, as(admin, 'send', group), {});
    // Redis trims a log by about a hundred entries at a time.
    send.input(Array.from({ length: 250 }, (_, i) => `message ${i}`).join('\n'));
    expect(await send.ended).toBe(0);
    await using ann = tail(admin, group, '--from', '1');
    const [, reason, lastMissing] = await ann.until(/resync \((\w+)\): entries 1 to (\d+) cannot be had/);
    expect(reason).toBe('too_old');
    await ann.until(/^251 /m);
    expect(ann.lines[0]).toMatch(new RegExp(`^${Number(lastMissing) + 1} `));
  });

  test('tail comes back after a cut and prints what it missed, each entry once', async () => {
    const group = await madeGroup();
    await using proxy = await startFaultProxy({ targetPort: Number(new URL(node.url).port) });
    const url = `http://127.0.0.1:${proxy.port}`;
    await using ann = new CommandProcess(script, ['tail', group, '--as', admin, '--url', url], {});
    await ann.until(/from seq 2 on/);
    await plenum(admin, 'send', group, 'first');
    await ann.until(/ann: first/);
    proxy.refuse(true);
    proxy.cutAll();
    await ann.until(/again in \d+ ms/);
    await plenum(admin, 'send', group, 'second');
    proxy.refuse(false);
    await ann.until(/recovered: entry 3/);
    await plenum(admin, 'send', group, 'third');
    await ann.until(/ann: third/);
    expect(ann.lines.map((line) => line.split(': ')[1])).toEqual(['first', 'second', 'third']);
  });

  test('tail ends with the entry that ends the membership, and code 1', async () => {
    const group = await madeGroup();
    await plenum('ben', 'join', group);
    await using ben = tail('ben', group);
    await ben.until(/from seq 3 on/);
    const { body } = await httpRequest('POST', `${node.url}/v1/dev/token`, {
      token: null,
      body: { user_id: admin },
    });
    const kick = { token: String(body['token']), body: { reason: 'noise' } };
    await httpRequest('POST', `${node.url}/v1/groups/${group}/members/ben/kick`, kick);
    expect(await ben.ended).toBe(1);
    expect(ben.lines).toEqual([expect.stringMatching(/^3 \S+ \* ben kicked by ann \(noise\)$/)]);
    expect(ben.output).toContain('not_a_member: Not a member of this group');
  });

  test.each([
    ['group_not_found: Group not found', ['join', 'room:none']],
    ['not_a_member: Not a member of this group', ['send', 'room:1', 'hello']],
    ['not_a_member: Not a member of this group', ['tail', 'room:1']],
    ['not_a_member: Not a member of this group', ['tail', 'room:1', '--from', '1']],
    ['invalid_args: group_id may hold', ['join', 'no room']],
  ])('a refusal is printed as %s, with code 1', async (text, words) => {
    const { code, output, lines } = await plenum('eve', ...words);
    expect({ code, lines }).toEqual({ code: 1, lines: [] });
    expect(output).toMatch(new RegExp(`^${text}`));
  });

  test('an applicant is pending, and may neither send nor tail', async () => {
    const group = await madeGroup('private');
    expect(await plenum('ben', 'join', group)).toMatchObject({ code: 0, lines: ['pending'] });
    for (const words of [
      ['send', group, 'hello'],
      ['tail', group],
    ]) {
      const { code, output } = await plenum('ben', ...words);
      expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(/^pending_membership: /) });
    }
  });
});

test('with a secret in the environment commands sign their own tokens; without it they need one', async () => {
  await using node = await ServedNode.start('memory');
  const url = ['--url', node.url];
  const secret = { PLENUM_JWT_SECRET: jwtSecret, PLENUM_ADMIN_TOKEN: 'an-admin-token' };
  expect(await run(['join', 'g', '--create', '--as', 'ann', ...url], secret)).toMatchObject({ code: 0 });
  const named = await run(['send', 'g', 'hello', '--as', 'ann', ...url]);
  expect(named).toMatchObject({ code: 1, output: expect.stringContaining('No PLENUM_JWT_SECRET is set') });
  const token = await tokenOf('ann');
  expect(await run(['send', 'g', 'hello', '--token', token, ...url])).toMatchObject({ code: 0 });
  const forged = await run(['send', 'g', 'hello', '--token', 'forged', ...url]);
  expect(forged).toMatchObject({ code: 1, output: 'unauthenticated: A valid token is required\n' });
});

test.each([
  ['no user is named', ['send', 'g', 'hello'], 'Say who acts: --as <user id> or --token <token>'],
  ['the name is none', ['send', 'g', 'hello', '--as', 'a b'], 'user_id may hold'],
  ['the URL is none', ['join', 'g', '--as', 'ann', '--url', 'localhost'], 'must be an origin, such as'],
  ['the seq is none', ['tail', 'g', '--as', 'ann', '--from', '0'], 'must be a whole number from 1 on'],
  ['both a name and a token are given', ['tail', 'g', '--as', 'ann', '--token', 't'], 'cannot be used with'],
])('when %s, one sentence says so', async (_, words, sentence) => {
  const { code, output } = await run(words);
  expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(sentence) });
  expect(output).not.toContain('    at ');
});

test('where no node answers, one sentence says so', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const { code, output } = await run(['send', 'g', 'hello', '--token', 't', '--url', url]);
  expect({ code, output }).toEqual({
    code: 1,
    output: `No node of Plenum can be reached at ${url} (ECONNREFUSED)\n`,
  });
});

test('a certificate of a CA that is not trusted is named, with the place for its CA', async () => {
  await using authority = await CertificateAuthority.create();
  const { cert, key } = await authority.issue({ names: ['IP:127.0.0.1'] });
  const port = await freePort();
  const balancer = createTlsServer({ cert, key }).listen(port, '127.0.0.1');
  const url = `https://127.0.0.1:${port}`;
  const { code, output } = await run(['send', 'g', 'hello', '--token', 't', '--url', url]);
  balancer.close();
  expect({ code, output }).toEqual({
    code: 1,
    output: `No node of Plenum can be reached at ${url} (UNABLE_TO_VERIFY_LEAF_SIGNATURE: name the file of its CA in NODE_EXTRA_CA_CERTS)\n`,
  });
});

test('where something listens and says nothing, one sentence says that it is no node', async () => {
  await using silent = await SilentServer.start();
  const { code, output } = await run(['join', 'g', '--as', 'ann', '--url', silent.url]);
  expect({ code, output }).toEqual({
    code: 1,
    output: expect.stringContaining(`no node in dev mode answers at ${silent.url}`),
  });
});

test('a reader who goes away keeps nothing from being sent', async () => {
  await using node = await ServedNode.start('memory', devMode);
  const words = ['--as', 'ann', '--url', node.url];
  await run(['join', 'g', '--create', ...words]);
  const send = `seq 1 5 | node ${script} send g ${words.join(' ')}`;
  const { stderr } = await promisify(execFile)('sh', ['-c', `(${send}; echo code $? >&2) | head -n 0`]);
  expect(stderr).toBe('code 0\n');
  await using tail = new CommandProcess(script, ['tail', 'g', '--from', '1', ...words], {});
  await tail.until(/^6 \S+ ann: 5$/m);
});

test.each([
  ['longer than a frame may be', 'x'.repeat(70_000), 'Line 2 of stdin is longer than 65536 bytes'],
  ['of a size that no node takes', 'x'.repeat(65_500), 'message_too_large: The request is larger than'],
])('a line that is %s ends a send at once, and one sentence says so', async (_, line, sentence) => {
  await using node = await ServedNode.start('memory', devMode);
  const words = ['--as', 'ann', '--url', node.url];
  await run(['join', 'g', '--create', ...words]);
  await using send = new CommandProcess(script, ['send', 'g', ...words], {});
  send.input(`first\n${line}\n`);
  expect(await send.ended).toBe(1);
  expect(send.lines).toHaveLength(1);
  expect(send.output).toContain(sentence);
  expect(send.output).not.toContain('    at ');
});

test('a reader who goes away ends a tail', async () => {
  await using node = await ServedNode.start('memory', devMode);
  const words = ['--as', 'ann', '--url', node.url];
  await run(['join', 'g', '--create', ...words]);
  const tail = `node ${script} tail g --from 1 ${words.join(' ')}`;
  const { stderr } = await promisify(execFile)('sh', ['-c', `(${tail}; echo code $? >&2) | head -n 0`]);
  expect(stderr).toMatch(/^code 0$/m);
});
