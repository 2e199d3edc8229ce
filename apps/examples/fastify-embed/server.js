/** A Fastify application with routes of its own, and Plenum on the same port. */
import Fastify from 'fastify';
import { createPlenum } from 'plenum';
import { Server } from 'socket.io';

const { PORT = '3000', REDIS_URL = 'redis://127.0.0.1:6379' } = process.env;

// Ids in paths have up to 100 characters, and one that is encoded takes three.
const fastify = Fastify({ routerOptions: { maxParamLength: 384 } });
const io = new Server(fastify.server, { transports: ['websocket'] });
const plenum = await createPlenum({ redisUrl: REDIS_URL, gateway: { fastify, io } });

// Your sign-in comes here: only the user itself may get its token.
fastify.post('/token/:user', async (request) => ({ token: await plenum.signToken(request.params.user) }));

// A route of the application that speaks to a group.
fastify.post('/orders', async (request, reply) => {
  const sent = await plenum.send('orders', 'shop', `order ${request.body.id} is here`, {
    requestId: `order-${request.body.id}`,
  });
  return sent.ok ? sent.result : reply.code(503).send(sent.failure);
});

await plenum.groups.create({ groupId: 'orders', groupType: 'public', creatorId: 'shop' });
console.log(`listening on ${await fastify.listen({ port: Number(PORT) })}`);

const stop = async () => {
  await plenum.close();
  await io.close();
  await fastify.close();
};
process.once('SIGINT', stop).once('SIGTERM', stop);
