// Fastify, of the version that Plenum brings, with a route of its own, and Plenum beside it.
import { createClient } from '@plenum/client';
import Fastify from 'fastify';
import { createPlenum } from 'plenum';
import { Server } from 'socket.io';

const fastify = Fastify({ routerOptions: { maxParamLength: 384 } });
const io = new Server(fastify.server, { transports: ['websocket'] });
const plenum = await createPlenum({ redisUrl: process.argv[2], gateway: { fastify, io } });
fastify.get('/orders', async () => 'the application');
const url = await fastify.listen({ host: '127.0.0.1', port: 0 });

const ann = createClient({ url, token: () => plenum.signToken('ann') });
const heard = new Promise((resolve) => ann.on('message', ({ message }) => resolve(message)));
await ann.connect();
await ann.create('room', 'public');
await plenum.send('room', 'ann', 'hello');
const health = await (await fetch(`${url}/healthz`)).json();
console.log(JSON.stringify([await heard, health.status, await (await fetch(`${url}/orders`)).text()]));

ann.close();
await plenum.close();
await io.close();
await fastify.close();
