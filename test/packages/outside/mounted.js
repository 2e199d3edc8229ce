// Express, or a plain server, with its own health and its own Socket.IO clients, and Plenum beside them.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createClient } from '@plenum/client';
import express from 'express';
import { createPlenum } from 'plenum';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';

const [kind, redisUrl] = process.argv.slice(2);
const app = express();
app.get('/healthz', (_request, response) => response.send('the application'));
const server = createServer(
  kind === 'express' ? app : (_request, response) => response.end('the application'),
);
const own = new Server(server);
own.on('connection', (socket) => socket.on('ask', (ack) => ack('the application')));
const place = kind === 'express' ? {} : { prefix: '/chat', path: '/chat/live', namespace: '/groups' };
const plenum = await createPlenum({
  redisUrl,
  gateway: { server, ...place },
  authenticate: ({ headers }) => headers.cookie?.replace('user=', ''),
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${server.address().port}`;

const { prefix = '/plenum', path = '/plenum/socket.io', namespace = '/' } = place;
const cookieUser = io(namespace === '/' ? url : `${url}${namespace}`, {
  path,
  transports: ['websocket'],
  extraHeaders: { cookie: 'user=ann' },
});
const bob = createClient({ url, path, namespace, token: () => plenum.signToken('bob') });
const foreign = io(url);
await Promise.all([once(cookieUser, 'connect'), bob.connect(), once(foreign, 'connect')]);
await bob.create('room', 'public');
const asked = { request_type: 'join_group', args: { group_id: 'room' } };
const { success } = await cookieUser.emitWithAck('request', asked);

// Another process sends.
const client = await createPlenum({ redisUrl, mode: 'client' });
const heard = once(cookieUser, 'relay_message');
await client.send('room', 'bob', 'hello');
const [{ result }] = await heard;
const refused = await client.send('room', 'eve', 'hello');
const listening = await client.subscribe('room', {});
await client.close();

const text = async (at) => (await fetch(`${url}${at}`)).text();
console.log(
  JSON.stringify({
    success,
    heard: result.message,
    refused: [refused.failure.message, refused.failure.can_retry],
    listening: listening.ok,
    health: [await text('/healthz'), await text(`${prefix}/healthz`)],
    own: await foreign.emitWithAck('ask'),
  }),
);
bob.close();
cookieUser.disconnect();
await plenum.close();
console.log(`after the close: ${await text('/healthz')} ${await foreign.emitWithAck('ask')}`);
foreign.disconnect();
await own.close();
