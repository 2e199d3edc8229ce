/** Code of the team's own that fails where nothing catches it: the process says so, moves its clients, and ends. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@plenum/testkit';
import { describe, expect, test } from 'vitest';
import { ServedNode } from '../support/cluster/served-node.ts';
import { engines, nodeSettings } from '../support/cluster/service.ts';

const exitWithinMs = 10_000;

/** A middleware that fails when the message says so, after the message was sent. */
const config = `
const failures = {
  throw: () => setTimeout(() => { throw new Error('a timer of our own') }, 0),
  reject: () => void Promise.reject(new Error('a promise of our own')),
  'throw nothing': () => setTimeout(() => { throw undefined }, 0),
  'throw again and again': () => setInterval(() => { throw new Error('a timer of our own') }, 20),
};
export default {
  middleware: {
    failing: async ({ message }, next) => {
      const outcome = await next();
      failures[message]?.();
      return outcome;
    },
  },
};`;

async function withConfig<T>(run: (environment: Record<string, string>) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'plenum-fault-'));
  try {
    await writeFile(join(folder, 'plenum.config.mjs'), config);
    return await run({ ...nodeSettings, PWD: folder });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @returns ms until the process had ended; two clients are connected. */
async function timeToEnd(node: ServedNode, message: string): Promise<number> {
  const [ann, bob] = [await node.device('ann'), await node.device('bob')];
  await ann.must('create_group', { group_id: 'g', group_type: 'public' });
  const startMs = performance.now();
  expect(await ann.send('g', message)).toMatchObject({ success: true });
  await Promise.all([ann, bob].map((device) => device.until('closing', { code: 'drain' })));
  expect(await node.command.ended).toBe(1);
  return performance.now() - startMs;
}

describe.each(engines)('faults on %s', (engine) => {
  test.each([
    ['throw', 'uncaughtException', 'a timer of our own'],
    ['reject', 'unhandledRejection', 'a promise of our own'],
    ['throw nothing', 'uncaughtException', ''],
    ['throw again and again', 'uncaughtException', 'a timer of our own'],
  ])(
    'a node whose own code does %o is logged, drained and ended with an exit code',
    async (message, origin, text) => {
      await withConfig(async (environment) => {
        await using node = await ServedNode.start(engine, environment);
        expect(await timeToEnd(node, message)).toBeLessThan(exitWithinMs);
        const fatal = node.command.lines.filter((line) => line.startsWith('{"level":60'));
        expect(fatal.length).toBeGreaterThan(0);
        expect(fatal.length).toBeLessThanOrEqual(10);
        expect(fatal[0]).toContain(`"origin":"${origin}"`);
        expect(fatal[0]).toContain(text);
      });
    },
  );
});

test('a node that fails while its Redis hangs ends all the same within 10 s', async () => {
  const redis = await startRedis();
  await withConfig(async (environment) => {
    await using node = await ServedNode.start('given', { ...environment, REDIS_URL: redis.serviceUrl });
    const ann = await node.device('ann');
    await ann.must('create_group', { group_id: 'g', group_type: 'public' });
    await ann.must('relay_msg', { group_id: 'g', message: 'throw' });
    await redis.pause();
    const startMs = performance.now();
    expect(await node.command.ended).toBe(1);
    expect(performance.now() - startMs).toBeLessThan(exitWithinMs);
    await redis.resume();
  });
  await redis.stop();
});
