/** The end of the append-only file of a Redis, which a test takes away as a loss of power does. */
import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { RedisServer } from '@plenum/testkit';
import { Redis } from 'ioredis';

/** The file to which a server appends at present, and its length. @param folder of the server */
export async function appendedTo(folder: string): Promise<{ readonly path: string; readonly bytes: number }> {
  const folderOfAof = join(folder, 'appendonlydir');
  const files = (await readdir(folderOfAof)).filter((name) => name.endsWith('.incr.aof'));
  const numbered = files.toSorted((a, b) => Number(a.split('.').at(-3)) - Number(b.split('.').at(-3)));
  const path = join(folderOfAof, numbered.at(-1) ?? '');
  return { path, bytes: (await stat(path)).size };
}

/**
 * Marks the present state of a server with `appendfsync always`. @returns ends the server, and starts it again in that state:
 * all later changes are lost
 */
export async function markState(server: RedisServer): Promise<() => Promise<void>> {
  const client = new Redis(server.url);
  const [, folder] = Object(await client.config('GET', 'dir'));
  client.disconnect();
  const { path, bytes } = await appendedTo(String(folder));
  return async () => {
    await server.kill();
    await truncate(path, bytes);
    await server.restart();
  };
}
