/** A node with the event and the service name of PhoenixGenApi.Relay's channel. */
import { createPlenum } from 'plenum';

const { PORT = '3000', REDIS_URL = 'redis://127.0.0.1:6379' } = process.env;

const plenum = await createPlenum({
  redisUrl: REDIS_URL,
  prefix: 'relay',
  gateway: { port: Number(PORT) },
  event: 'chat',
  service: 'chat_service',
});
console.log(`listening on ${plenum.url}`);

const stop = () => plenum.close();
process.once('SIGINT', stop).once('SIGTERM', stop);
