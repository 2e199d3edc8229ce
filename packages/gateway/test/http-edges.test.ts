/** Unusual HTTP: upgrades to unknown protocols, unknown methods, and bytes that are no request. */
import { once } from 'node:events';
import { METHODS } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Edge, startEdge } from './edge.ts';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ config: { adminPort: 0 } });
});
afterAll(() => edge[Symbol.asyncDispose]());

interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: unknown;
}

/** Everything that the server sends until it ends the connection. */
async function sent(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('utf8');
  });
  socket.on('error', () => {});
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

async function answerTo(url: string, lines: readonly string[], body = ''): Promise<RawAnswer> {
  const text = await sent(url, `${lines.join('\r\n')}\r\n\r\n${body}`);
  const [head = '', rest = ''] = text.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body: rest === '' ? null : JSON.parse(rest) };
}

const doors = [
  ['public', () => edge.url],
  ['admin', () => edge.adminUrl ?? ''],
] as const;
const unspoken = ['h2c', 'H2C', 'TLS/1.0', 'HTTP/2.0', 'foo', 'h2c, foo', 'websocket', 'h2c, websocket', ''];

describe.each(doors)('on the %s port', (_, url) => {
  test.each(unspoken)('a request that asks for an upgrade to %o is served', async (protocol) => {
    const asking = [`Upgrade: ${protocol}`, 'Connection: Upgrade, HTTP2-Settings, close', 'Host: x'];
    expect(await answerTo(url(), ['GET /healthz HTTP/1.1', ...asking])).toMatchObject({
      status: 200,
      body: { status: 'ok' },
    });
  });

  test.each(['Content-Length: 19', 'Transfer-Encoding: chunked'])(
    'a body behind an upgrade that is ignored is read: %s',
    async (length) => {
      const token = url() === edge.url ? 'user:ann' : 'the admin token';
      const asking = [
        'POST /v1/groups/g1/messages HTTP/1.1',
        'Host: x',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABk',
        'Connection: Upgrade, HTTP2-Settings, close',
        `Authorization: Bearer ${token}`,
        'Content-Type: application/json',
        length,
      ];
      const json = '{"from_user_id":7 }';
      const body = length.startsWith('Content') ? json : `13\r\n${json}\r\n0\r\n\r\n`;
      expect(await answerTo(url(), asking, body)).toMatchObject({
        status: 400,
        body: { code: 'invalid_args', details: { field: expect.any(String) } },
      });
    },
  );

  test('a connection serves on after an upgrade that was ignored', async () => {
    const socket = connect(Number(new URL(url()).port), '127.0.0.1');
    for (let round = 0; round < 3; round += 1) {
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
      const [chunk] = await once(socket, 'data');
      expect(chunk.toString('utf8')).toMatch(/^HTTP\/1\.1 200 /);
    }
    socket.destroy();
  });

  test.each(['PROPFIND', 'TRACE', 'MKCOL', 'PURGE', 'LOCK', 'M-SEARCH', 'SEARCH', 'REPORT'])(
    'the method %s is refused in the one error shape',
    async (method) => {
      const answer = await answerTo(url(), [`${method} /v1/groups HTTP/1.1`, 'Host: x', 'Connection: close']);
      expect(answer).toMatchObject({
        status: 404,
        body: { code: 'unsupported_request', error: `unsupported function: ${method} /v1/groups` },
      });
    },
  );

  test.each(['QUERY', 'BREW', 'get', 'G E T'])(
    'the method %s, which this Node may not know, is refused in the one error shape',
    async (method) => {
      const answer = await answerTo(url(), [`${method} /v1/groups HTTP/1.1`, 'Host: x', 'Connection: close']);
      expect(answer.body).toMatchObject({
        code: expect.stringMatching(/^(invalid|unsupported)_request$/),
        can_retry: false,
        request_id: expect.any(String),
      });
    },
  );

  const unknownBodies = [
    ['QUERY', []],
    ['POST', ['Content-Type: text/xml', 'Content-Length: 0']],
    ['PUT', ['Content-Type: ;;;', 'Content-Length: 0']],
  ] as const;
  test.each(unknownBodies)(
    'a %s that nothing serves is unsupported, whatever its content-type: %o',
    async (method, headers) => {
      const lines = [`${method} /nothing HTTP/1.1`, 'Host: x', 'Connection: close', ...headers];
      const { body } = await answerTo(url(), lines);
      const isUnknownToNode = !METHODS.includes(method);
      expect(body).toMatchObject(
        isUnknownToNode
          ? { code: 'invalid_request', details: { field: 'method' } }
          : { code: 'unsupported_request', error: `unsupported function: ${method} /nothing` },
      );
    },
  );

  test('a request with two hosts is refused by the field: a proxy may have read the other one', async () => {
    const lines = ['GET /healthz HTTP/1.1', 'Host: localhost', 'host: evil.example', 'Connection: close'];
    expect(await answerTo(url(), lines)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', details: { field: 'host' } },
    });
  });

  const undecodable = [
    ['no hex digits', '/v1/groups/%zz'],
    ['no UTF-8', '/v1/groups/%ff'],
    ['9,000 characters', `/%zz${'a'.repeat(9000)}`],
  ] as const;
  test.each(undecodable)(
    'a path that cannot be decoded is refused by the field and not repeated: %s',
    async (_name, path) => {
      const { body } = await answerTo(url(), [`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: close']);
      expect(body).toMatchObject({
        code: 'invalid_request',
        error: 'the path is not valid percent-encoded UTF-8',
        details: { field: 'path' },
      });
    },
  );

  test('a CONNECT is refused in the one error shape', async () => {
    expect(await answerTo(url(), ['CONNECT example.com:443 HTTP/1.1', 'Host: x'])).toMatchObject({
      status: 404,
      body: { code: 'unsupported_request' },
    });
  });

  test('an expectation that nothing meets is refused by its name', async () => {
    expect(await answerTo(url(), ['GET /healthz HTTP/1.1', 'Host: x', 'Expect: tea'])).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', details: { field: 'expect' } },
    });
  });

  test('headers above the limit are refused with the limit', async () => {
    const line = `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(17_000)}\r\n\r\n`;
    expect(await sent(url(), line)).toMatch(/"details":\{"field":"headers","limit":16384\}/);
  });

  test.each([
    ['a length that is no number', 'Content-Length: ten'],
    ['a negative length', 'Content-Length: -1'],
    ['a transfer encoding that nothing speaks', 'Transfer-Encoding: gzip'],
    ['chunks that are none', 'Transfer-Encoding: chunked'],
    ['a field name with a space', 'Bad Name: x'],
    ['no host', ''],
  ])('a request with %s is refused in the one error shape', async (what, header) => {
    const host = what === 'no host' ? [] : ['Host: x'];
    const lines = [
      'POST /v1/groups HTTP/1.1',
      ...host,
      'Connection: close',
      ...(header === '' ? [] : [header]),
    ];
    const { status, body } = await answerTo(url(), lines, header === '' ? '' : 'zz\r\n');
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', can_retry: false, request_id: expect.any(String) },
    });
  });
});

test.each(['OPTIONS /v1/groups', 'OPTIONS *', 'OPTIONS /nowhere', 'HEAD /nowhere', 'GET *'])(
  '%s is answered',
  async (line) => {
    const text = await sent(edge.url, `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 (204|404|400) /);
  },
);

test('a WebSocket under HTTP/1.0 is no upgrade', async () => {
  const text = await sent(
    edge.url,
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
});

test.each(['websocket', 'WebSocket', 'h2c, websocket'])(
  'a WebSocket of Socket.IO may ask for %o',
  async (protocol) => {
    const socket = connect(Number(new URL(edge.url).port), '127.0.0.1');
    socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: ${protocol}\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    const [chunk] = await once(socket, 'data');
    expect(chunk.toString('utf8')).toMatch(/^HTTP\/1\.1 101 /);
    socket.destroy();
  },
);
