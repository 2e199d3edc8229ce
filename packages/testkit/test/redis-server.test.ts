import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { freshPrefix, startOneShardCluster, startRedis } from '../src/index.ts';

const connectTo = (url: string): Redis => {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  redis.on('error', () => undefined);
  return redis;
};

test('a started Redis answers at once and is gone after stop', async () => {
  const server = await startRedis();
  const redis = connectTo(server.url);
  expect(await redis.ping()).toBe('PONG');
  redis.disconnect();
  const { pid } = server;
  await server.stop();
  await server.stop();
  expect(() => process.kill(pid, 0)).toThrow();
});

test('an append-only Redis has its data back after kill and restart', async () => {
  await using server = await startRedis({ appendonly: true, args: ['--appendfsync', 'always'] });
  const before = connectTo(server.url);
  await before.set('k', 'v');
  before.disconnect();
  await server.kill();
  await server.restart();
  const after = connectTo(server.url);
  expect(await after.get('k')).toBe('v');
  after.disconnect();
});

test('a frozen Redis answers nothing until it is resumed', async () => {
  await using server = await startRedis();
  const redis = connectTo(server.url);
  await redis.ping();
  await server.pause();
  let hasAnswered = false;
  const answer = redis.ping().then(() => {
    hasAnswered = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasAnswered).toBe(false);
  await server.resume();
  await answer;
  redis.disconnect();
});

test('a frozen Redis can be stopped', async () => {
  const server = await startRedis();
  await server.pause();
  await server.stop();
  expect(() => process.kill(server.pid, 0)).toThrow();
});

test("a failed start says Redis' own last lines", async () => {
  await expect(startRedis({ args: ['--no-such-option', 'yes'] })).rejects.toThrow(/no-such-option/);
});

test('a one-shard cluster serves every slot and says that it is a cluster', async () => {
  await using server = await startOneShardCluster();
  const redis = connectTo(server.url);
  await redis.set('{p17}:a', '1');
  await redis.set('{p200}:a', '1');
  expect(await redis.info('cluster')).toContain('cluster_enabled:1');
  redis.disconnect();
});

test('fresh prefixes differ and fit the charset of prefixes', () => {
  expect(freshPrefix()).not.toBe(freshPrefix());
  expect(freshPrefix()).toMatch(/^[a-z0-9_-]{1,32}$/);
});
