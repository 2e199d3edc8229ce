// A node behind TLS, at the usual path of Socket.IO.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createPlenum } from 'plenum';

const [redisUrl, jwtSecret] = process.argv.slice(2);
const server = createServer({ key: readFileSync('key.pem'), cert: readFileSync('cert.pem') });
const plenum = await createPlenum({ redisUrl, jwtSecret, gateway: { server, path: '/socket.io' } });
server.listen(0, () => process.send(`https://localhost:${server.address().port}`));
// The ids of all groups of `verify`.
process.on('message', async () => {
  const { result } = await plenum.groups.find({ prefix: 'v:' });
  process.send(result.groups);
});
