import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { centrifugo } from './centrifugo-protocol.ts';
import { RawConnection } from './raw-connection.ts';

/** As Socket.IO opens a connection; `onMessage` gets what the client sends. */
async function startServer(
  onMessage: (socket: WebSocket, text: string) => void,
  greeting: string | null = '0{"sid":"x"}',
) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => {
    if (greeting !== null) socket.send(greeting);
    socket.on('message', (data) => onMessage(socket, String(data)));
  });
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const close = () => {
    for (const client of server.clients) client.terminate();
    server.close();
  };
  return { url: `http://127.0.0.1:${address.port}`, [Symbol.dispose]: close };
}

function newHandler() {
  const log: string[] = [];
  const waiting: (() => void)[] = [];
  const note = (line: string) => {
    log.push(line);
    for (const resume of waiting.splice(0)) resume();
  };
  return {
    log,
    until: async (line: string) => {
      while (!log.includes(line)) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    event: (bytes: Buffer, start: number, end: number) => note(`event ${bytes.toString('utf8', start, end)}`),
    ack: (id: number, bytes: Buffer, start: number, end: number) =>
      note(`ack ${id} ${bytes.toString('utf8', start, end)}`),
    closed: (why: string) => note(`closed: ${why}`),
  };
}

test('another implementation of WebSocket understands what is sent, and is understood', async () => {
  const seen: string[] = [];
  using server = await startServer((socket, text) => {
    seen.push(text);
    if (text.startsWith('40')) socket.send('40{"sid":"y"}');
    if (text.startsWith('421[')) {
      socket.send('42["relay_message",{"a":1}]');
      socket.send('431[{"success":true}]');
      socket.send('2');
    }
    if (text === '3') socket.send('42["pong"]');
  });
  const handler = newHandler();
  const auth = { token: 't'.repeat(300) };
  const connection = await RawConnection.connect({ url: server.url, auth, source: null, handler });
  connection.request('request', '{"n":1}');
  await handler.until('event ["pong"]');
  connection.destroy();
  await handler.until('closed: closed by this side');
  expect(seen).toEqual([`40${JSON.stringify(auth)}`, '421["request",{"n":1}]', '3']);
  expect(handler.log.slice(0, 2)).toEqual(['event ["relay_message",{"a":1}]', 'ack 1 [{"success":true}]']);
});

test('a refused connection is an error that says why, also with a close frame behind it', async () => {
  using server = await startServer((socket) => {
    socket.send('44{"message":"no such token"}');
    socket.close();
  });
  const options = { url: server.url, auth: {}, source: null, handler: newHandler() };
  await expect(RawConnection.connect(options)).rejects.toThrow('no such token');
});

test('a server that goes away is reported once', async () => {
  using server = await startServer((socket, text) => {
    if (text.startsWith('40')) socket.send('40{"sid":"y"}');
    else socket.terminate();
  });
  const handler = newHandler();
  const connection = await RawConnection.connect({ url: server.url, auth: {}, source: null, handler });
  connection.request('request', '{}');
  await handler.until('closed: the server closed the connection');
  expect(handler.log).toHaveLength(1);
});

test('the objects of a frame of Centrifugo are read one by one, and its ping is answered', async () => {
  const seen: string[] = [];
  const push = '{"push":{"channel":"grp:a","pub":{"data":{},"offset":1}}}';
  using server = await startServer((socket, text) => {
    seen.push(text);
    if (text.includes('"connect"')) socket.send('{"id":1,"connect":{"client":"x","ping":25,"pong":true}}');
    if (text.includes('"publish"')) socket.send(`${push}\n{"id":2,"publish":{}}\n{}`);
    if (text === '{}') socket.send('{"push":{"channel":"grp:pong"}}');
  }, null);
  const handler = newHandler();
  const connection = await RawConnection.connect({
    url: server.url,
    protocol: centrifugo,
    auth: {},
    source: null,
    handler,
  });
  connection.request('publish', '{"channel":"grp:a"}');
  await handler.until('event {"push":{"channel":"grp:pong"}}');
  connection.destroy();
  expect(seen).toEqual(['{"id":1,"connect":{}}', '{"id":2,"publish":{"channel":"grp:a"}}', '{}']);
  expect(handler.log.slice(0, 2)).toEqual([`event ${push}`, 'ack 1 {"id":2,"publish":{}}']);
});

test('a connection that Centrifugo refuses is an error that says why', async () => {
  using server = await startServer(
    (socket) => socket.send('{"id":1,"error":{"code":101,"message":"unauthorized"}}'),
    null,
  );
  const options = { url: server.url, protocol: centrifugo, auth: {}, source: null, handler: newHandler() };
  await expect(RawConnection.connect(options)).rejects.toThrow('unauthorized');
});
