/** Serves the page and its script, gives tokens, and has Plenum on the same port. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createPlenum } from 'plenum';

const { PORT = '3000', REDIS_URL = 'redis://127.0.0.1:6379' } = process.env;
const script = new URL(import.meta.resolve('socket.io-client/dist/socket.io.js'));
const files = {
  '/': ['text/html', readFileSync(new URL('index.html', import.meta.url))],
  '/socket.io-client.js': ['text/javascript', readFileSync(script)],
};

const server = createServer();
const plenum = await createPlenum({ redisUrl: REDIS_URL, gateway: { server } });

server.on('request', async ({ url, method }, response) => {
  const { pathname } = new URL(url, 'http://localhost');
  const [type, body] = files[pathname] ?? [];
  if (body !== undefined) {
    response.setHeader('content-type', type).end(body);
  } else if (method === 'POST' && pathname.startsWith('/token/')) {
    // Your sign-in comes here: only the user itself may get its token.
    response.end(await plenum.signToken(decodeURIComponent(pathname.slice('/token/'.length))));
  } else response.writeHead(404).end();
});
server.listen(Number(PORT), () => console.log(`listening on http://localhost:${server.address().port}`));

const stop = async () => {
  await plenum.close();
  server.close();
  server.closeAllConnections();
};
process.once('SIGINT', stop).once('SIGTERM', stop);
