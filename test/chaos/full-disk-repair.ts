/** What an operator does with each server after its disk was full: apps/docs/operations/runbook.md says why. */
import { setTimeout as pause } from 'node:timers/promises';
import type { RedisServer } from '@plenum/testkit';
import { Redis } from 'ioredis';

const lookEveryMs = 100;

/** Resolves when the server runs, writes, and has an append-only file without what the full disk left in it. */
export async function afterFullDisk(server: RedisServer): Promise<void> {
  for (let isWhole = false; !isWhole; ) {
    // A replica ends itself when its master sends what it cannot write, also in the moment after the disk was freed.
    if (!server.isRunning) await server.restart();
    const redis = new Redis(server.url, { retryStrategy: () => null });
    redis.on('error', () => {});
    isWhole = await rewritten(redis).then(
      () => true,
      () => false,
    );
    redis.disconnect();
    await pause(lookEveryMs);
  }
}

/** Rejects when the server ends. */
async function rewritten(redis: Redis): Promise<void> {
  const until = async (...lines: string[]) => {
    for (;;) {
      const info = await redis.info('persistence');
      if (lines.every((line) => info.includes(`${line}\r\n`))) return;
      await pause(lookEveryMs);
    }
  };
  const untilAtRest = () => until('aof_rewrite_in_progress:0', 'aof_rewrite_scheduled:0');
  await until('aof_last_write_status:ok');
  // One that is under way may have begun while the disk was full.
  await untilAtRest();
  await redis.bgrewriteaof();
  await untilAtRest();
  if (!(await redis.info('persistence')).includes('aof_last_bgrewrite_status:ok'))
    throw new Error('not rewritten');
}
