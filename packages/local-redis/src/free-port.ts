import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections (from 32,768 on Linux, 49,152 elsewhere): a server that is
 * restarted on its port, or binds it a little later, would otherwise find it taken by a connection.
 */
const lowest = 16_384;
const highest = 32_767;

/** Processes that run at the same time start apart. */
let last = lowest + Math.floor(Math.random() * (highest - lowest));

/** @returns a TCP port of 127.0.0.1 that was free a moment ago, and that this process has not been given before. */
export async function freePort(): Promise<number> {
  for (let tried = lowest; tried <= highest; tried += 1) {
    last = last === highest ? lowest : last + 1;
    const port = last;
    if (await canBeBound(port)) return port;
  }
  throw new Error(`No port of 127.0.0.1 between ${lowest} and ${highest} is free.`);
}

function canBeBound(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
