/** What a machine of the network may send to the door: nothing of it ends the node, or reaches more than the pages. */
import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { eventually } from '@plenum/testkit';
import { afterEach, expect, test } from 'vitest';
import { type LanDoor, openLanDoor } from './lan-door.ts';

const toClose: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

interface Node {
  readonly url: string;
  readonly asked: IncomingMessage[];
}

async function startNode(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Node> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  toClose.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, asked };
}

async function openDoor({ url }: Node): Promise<LanDoor & { readonly at: string }> {
  const door = await openLanDoor({ url, port: 0, addresses: ['127.0.0.1'] });
  toClose.push(() => door.close());
  return { ...door, at: `http://${door.hosts[0]}` };
}

/** Sends bytes. @returns what came until the door closed the connection */
async function sendRaw({ hosts: [host = ''] }: LanDoor, bytes: string): Promise<string> {
  const socket = connect(Number(host.split(':')[1]), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(bytes.replaceAll('HOST', host));
  return text(socket).catch(() => '');
}

const page = (_: IncomingMessage, response: ServerResponse) => void response.end('<p>page</p>');

test('a page is passed on with its headers, and everything else is refused', async () => {
  const node = await startNode(page);
  const { at } = await openDoor(node);
  expect(await (await fetch(`${at}/?user=ann`)).text()).toBe('<p>page</p>');
  expect((await fetch(`${at}/assets/page-1.js`, { headers: { authorization: 'x' } })).status).toBe(200);
  const refused = [
    ['GET', '/docs'],
    ['GET', '/v1/groups'],
    ['POST', '/v1/dev/token'],
    ['POST', '/'],
    ['HEAD', '/playground.json'],
    ['GET', '/assets/../console'],
    ['GET', '/assets/%2e%2e/console'],
  ] as const;
  for (const [method, path] of refused) expect((await fetch(at + path, { method })).status).toBe(404);
  expect(node.asked.map(({ url }) => url)).toEqual(['/?user=ann', '/assets/page-1.js']);
  expect(node.asked[1]?.headers).not.toHaveProperty('authorization');
});

test.each([
  ['nothing', ''],
  ['no JSON', '<html>'],
])('settings of which the node sends %s end the request, and nothing else', async (_, body) => {
  const node = await startNode((request, response) =>
    request.url === '/' ? response.end('page') : response.end(body),
  );
  const { at } = await openDoor(node);
  await expect(fetch(`${at}/playground.json`)).rejects.toThrow('fetch failed');
  expect(await (await fetch(`${at}/`)).text()).toBe('page');
});

test.each([
  ['GET /?\tx HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\n\r\n'],
  ['GET /?\u000cx HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\n\r\n'],
  [
    'GET /socket.io/?\tx HTTP/1.1\r\nhost: HOST\r\norigin: http://HOST\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  ],
])('a path that Node refuses to send ends its own connection only: %j', async (bytes) => {
  const node = await startNode(page);
  const door = await openDoor(node);
  await sendRaw(door, bytes);
  expect(await (await fetch(`${door.at}/`)).text()).toBe('<p>page</p>');
  expect(node.asked).toHaveLength(1);
});

test('a length without its body holds up no request of another, and smuggles none', async () => {
  const node = await startNode(page);
  const door = await openDoor(node);
  const smuggled = 'GET /console HTTP/1.1\r\nhost: a\r\n\r\n';
  const bytes = `GET / HTTP/1.1\r\nhost: HOST\r\ncontent-length: ${smuggled.length}\r\nconnection: close\r\n\r\n`;
  const answers = await Promise.all([
    sendRaw(door, `${bytes}${smuggled}`),
    fetch(`${door.at}/`).then((answer) => answer.text()),
  ]);
  expect(answers[1]).toBe('<p>page</p>');
  expect(node.asked.map(({ url }) => url)).toEqual(['/', '/']);
  for (const { headers } of node.asked) expect(headers).not.toHaveProperty('content-length');
});

test('a download that is broken off ends at the node too', async () => {
  const large = Buffer.alloc(64_000_000);
  const node = await startNode((_, response) => void response.end(large));
  const { at } = await openDoor(node);
  const asked = get(`${at}/assets/large.js`);
  const [answer] = await once(asked, 'response');
  await once(answer, 'data');
  asked.destroy();
  await eventually(() => expect(node.asked[0]?.socket.destroyed).toBe(true));
});
