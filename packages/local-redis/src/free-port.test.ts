import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from './free-port.ts';

test('no port is given twice, and none that the system gives to outgoing connections', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort));
  expect(new Set(ports).size).toBe(50);
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

/** On the port that would be given next; another one if that is in use. */
async function listen(server: Server): Promise<void> {
  for (;;) {
    const listening = once(server, 'listening');
    server.listen((await freePort()) + 1, '127.0.0.1');
    const isTaken = await listening.then(
      () => false,
      () => true,
    );
    if (!isTaken) return;
  }
}

test('a port in use is skipped', async () => {
  await using server = createServer();
  await listen(server);
  const address = server.address();
  const taken = typeof address === 'object' ? address?.port : undefined;
  expect(await freePort()).not.toBe(taken);
});
