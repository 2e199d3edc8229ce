// A CommonJS service: a node in this process, and two people who use it.
const { createClient } = require('@plenum/client');
const { createPlenum } = require('plenum');

async function main() {
  const plenum = await createPlenum({ engine: 'memory', gateway: { host: '127.0.0.1', port: 0 } });
  const person = (user) => createClient({ url: plenum.url, token: () => plenum.signToken(user) });
  const [ann, bob] = [person('ann'), person('bob')];
  await Promise.all([ann.connect(), bob.connect()]);
  await ann.create('room', 'public');
  const heard = new Promise((resolve) => bob.on('message', ({ message }) => resolve(message)));
  await bob.join('room');
  await ann.send('room', 'hello');
  console.log('heard', await heard);
  ann.close();
  bob.close();
  await plenum.close();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
