/** The watch over the Sentinels, against a server that speaks just enough of their protocol. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { eventually } from '@plenum/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Endpoint, SentinelAddress } from '../../src/connections/address.ts';
import { KnownServers } from '../../src/connections/known-servers.ts';
import { SentinelWatch } from '../../src/connections/sentinel-watch.ts';
import { systemRandom } from '../start-engine.ts';

const uncaught: unknown[] = [];
const note = (reason: unknown) => void uncaught.push(reason);
const switches: Endpoint[] = [];
let sentinel: Server;
let sockets: Socket[];
/** Subscriptions that were asked for, one after the other. */
let asked: number;
/** It accepts everything and no longer answers a subscription. */
let isDeaf: boolean;
let watch: SentinelWatch;

beforeEach(async () => {
  [uncaught.length, switches.length, asked, isDeaf, sockets] = [0, 0, 0, false, []];
  process.on('unhandledRejection', note);
  sentinel = createServer(answer).listen(0, '127.0.0.1');
  await once(sentinel, 'listening');
  const address = addressOf(sentinel);
  watch = new SentinelWatch({
    address,
    known: new KnownServers(address.sentinels),
    random: systemRandom,
    onMaster: (master) => switches.push(master),
  });
});
afterEach(async () => {
  watch.close();
  for (const client of watch.clients) client.disconnect();
  for (const socket of sockets) socket.destroy();
  sentinel.close();
  await once(sentinel, 'close');
  process.off('unhandledRejection', note);
});

function addressOf(server: Server): SentinelAddress {
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return {
    type: 'sentinel',
    name: 'the Sentinel',
    isTls: false,
    sentinels: [{ host: '127.0.0.1', port }],
    masterName: 'main',
    credentials: {},
    sentinelCredentials: {},
  };
}

const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;

/** Its client sends each command in one piece, and several in one. */
function answer(socket: Socket): void {
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => {
    for (const command of bytes.toString().split(/^\*/m).filter(Boolean)) {
      const word = command.split('\r\n')[2]?.toLowerCase();
      if (word === 'info') socket.write(bulk('redis_mode:sentinel\r\n'));
      else if (word !== 'subscribe') socket.write('+OK\r\n');
      else {
        asked += 1;
        if (!isDeaf) socket.write(`>3\r\n${bulk('subscribe')}${bulk('+switch-master')}:1\r\n`);
      }
    }
  });
}

const lose = () => {
  for (const socket of sockets.splice(0)) socket.destroy();
};

test('a switch is heard over a new connection too', async () => {
  await eventually(() => expect(asked).toBe(1));
  lose();
  await eventually(() => expect(asked).toBe(2));
  const text = 'main 10.0.0.1 6379 10.0.0.2 6380';
  sockets.at(-1)?.write(`>3\r\n${bulk('message')}${bulk('+switch-master')}${bulk(text)}`);
  await eventually(() => expect(switches).toEqual([{ host: '10.0.0.2', port: 6380 }]));
});

test('a watch that ends while a Sentinel owes it an answer leaves no promise behind', async () => {
  await eventually(() => expect(asked).toBe(1));
  isDeaf = true;
  lose();
  await eventually(() => expect(asked).toBe(2));
  const ended = watch.clients.map((client) => once(client, 'end'));
  for (const client of watch.clients) client.disconnect();
  await Promise.all(ended);
  await new Promise((resolve) => setImmediate(resolve));
  expect(uncaught).toEqual([]);
});
