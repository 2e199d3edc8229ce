/** A node of the baselines: Socket.IO with a stock Redis adapter. It relays and acknowledges; it checks and keeps nothing. */
import { createServer } from 'node:http';
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';

interface Relayed {
  readonly group_id: string;
  readonly from_user_id: string;
  readonly message: string;
}
type Ack = (answer: { readonly success: true }) => void;

const [, , adapter = '', redisUrl = ''] = process.argv;
const publisher = new Redis(redisUrl);
const subscriber = new Redis(redisUrl);
const httpServer = createServer();
const io = new Server(httpServer, {
  transports: ['websocket'],
  serveClient: false,
  perMessageDeflate: false,
  adapter:
    adapter === 'sharded'
      ? createShardedAdapter(publisher, subscriber)
      : createAdapter(publisher, subscriber),
});

io.on('connection', (socket) => {
  socket.on('join', async ({ group_id }: Pick<Relayed, 'group_id'>, ack: Ack) => {
    await socket.join(group_id);
    ack({ success: true });
  });
  socket.on('relay_msg', (message: Relayed, ack: Ack) => {
    io.to(message.group_id).emit('relay_message', message);
    ack({ success: true });
  });
});

process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
httpServer.listen(0, '127.0.0.1', () => {
  const address = httpServer.address();
  if (typeof address === 'object' && address !== null) {
    process.send?.({ url: `http://127.0.0.1:${address.port}` });
  }
});
