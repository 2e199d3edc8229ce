/** The library on servers of the caller's: Fastify and Socket.IO on one HTTP server, and a second one under another Socket.IO. */
import { createServer } from 'node:http';
import Fastify from 'fastify';
import { createPlenum } from 'plenum';
import { Server } from 'socket.io';

const urls = [];
for (const isOwnServer of [false, true]) {
  const fastify = Fastify();
  const http = isOwnServer ? createServer() : fastify.server;
  const io = new Server(http, { transports: ['websocket'] });
  await createPlenum({ gateway: { fastify, io }, jwtSecret: process.env['JWT_SECRET'] ?? '' });
  await fastify.listen({ port: 0 });
  if (isOwnServer) await new Promise((resolve) => http.listen(0, '127.0.0.1', () => resolve(undefined)));
  for (const server of new Set([fastify.server, http])) {
    const address = server.address();
    if (typeof address === 'object' && address !== null) urls.push(`http://127.0.0.1:${address.port}`);
  }
}
process.stdout.write(`${JSON.stringify({ urls })}\n`);
