import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import {
  eventually,
  freePort,
  freshPrefix,
  type RedisServer,
  startOneShardCluster,
  startRedis,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { startEngine } from '../start-engine.ts';

const patient = { timeoutMs: 20_000, everyMs: 100 };

const bootError = async (url: string, prefix = freshPrefix()): Promise<string> => {
  try {
    await using _ = await startEngine({ url, prefix, isUserGiven: true });
    return 'it booted';
  } catch (error) {
    return String(error);
  }
};

async function withRedis<T>(args: readonly string[], act: (server: RedisServer) => Promise<T>): Promise<T> {
  await using server = await startRedis({ args });
  return await act(server);
}

/** Speaks just enough of the protocol to be asked for INFO. */
async function startOldRedis(): Promise<{ server: Server; url: string }> {
  const info = '# Server\r\nredis_version:6.2.14\r\n';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const [, command] of chunk.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        const name = command?.toUpperCase();
        if (name === 'INFO') socket.write(`$${info.length}\r\n${info}\r\n`);
        else if (name === 'HELLO') socket.write("-ERR unknown command 'HELLO'\r\n");
        else socket.write('+OK\r\n');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { server, url: `redis://127.0.0.1:${port}` };
}

test('a Redis that is not there is named in one sentence', async () => {
  const port = await freePort();
  expect(await bootError(`redis://:secret@127.0.0.1:${port}`)).toBe(
    `Error: Redis at 127.0.0.1:${port} cannot be reached (ECONNREFUSED): check REDIS_URL and that Redis runs.`,
  );
});

test('a missing and a wrong password have different errors, and neither is repeated', async () => {
  await using server = await startRedis({ args: ['--requirepass', 'right'], users: null });
  const { port } = server;
  expect(await bootError(`redis://127.0.0.1:${port}`)).toMatch(/asks for a password/);
  const wrong = await bootError(`redis://:mistaken@127.0.0.1:${port}`);
  expect(wrong).toMatch(/refused the user or the password/);
  expect(wrong).not.toContain('mistaken');
  expect(await bootError(`redis://:right@127.0.0.1:${port}`)).toBe('it booted');
});

test('TLS towards a Redis without TLS is refused in one sentence', async () => {
  await withRedis([], async ({ port }) => {
    expect(await bootError(`rediss://127.0.0.1:${port}`)).toMatch(
      /^Error: (TLS with )?Redis at 127\.0\.0\.1/,
    );
  });
});

test('a Redis older than 7.0 is refused', async () => {
  const { server, url } = await startOldRedis();
  expect(await bootError(url)).toMatch(/Redis is 6\.2\.14 and has to be 7\.0 or newer/);
  server.close();
});

test('a Redis that may evict keys is refused', async () => {
  await withRedis(['--maxmemory-policy', 'allkeys-lru'], async ({ url }) => {
    expect(await bootError(url)).toMatch(/allkeys-lru and has to be noeviction/);
  });
});

test('a single server in cluster mode is used as the Cluster that it is part of', async () => {
  await using server = await startOneShardCluster();
  await using started = await startEngine({ url: server.url });
  expect(await started.engine.health()).toEqual({ isReady: true, shardsAway: 0, durability: 'D0' });
});

test('a named server of a Cluster that cannot be found does not keep a node from the others', async () => {
  await using server = await startOneShardCluster();
  const dead = `redis://127.0.0.1:${await freePort()}`;
  const url = `redis://no-such-host.invalid:6379,${dead},${server.url}`;
  await using started = await startEngine({ url });
  await eventually(async () => {
    const notices = [expect.stringMatching(/^1 of the 3 servers that REDIS_URL names can be reached/)];
    expect(await started.engine.health()).toMatchObject({ isReady: true, notices });
  }, patient);
});

test('a Cluster in which slots have no master is refused', async () => {
  await withRedis(['--cluster-enabled', 'yes'], async ({ url }) => {
    expect(await bootError(url)).toMatch(/Cluster is not ready/);
  });
});

test('several servers that are no Cluster are refused', async () => {
  await withRedis([], async ({ url }) => {
    expect(await bootError(`${url},${url}`)).toMatch(/is not in cluster mode/);
  });
});

test('a master of a Cluster that may evict keys is refused by its name', async () => {
  await using server = await startOneShardCluster();
  const redis = new Redis(server.url);
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  redis.disconnect();
  expect(await bootError(server.url)).toMatch(/master 127\.0\.0\.1:\d+: .* has to be noeviction/);
});

test('Sentinels that are not there are named in one sentence', async () => {
  const port = await freePort();
  expect(await bootError(`redis+sentinel://127.0.0.1:${port}/main`)).toMatch(
    /^Error: The Sentinels at 127\.0\.0\.1:\d+\/main name no master that can be reached: /,
  );
});

test('a prefix that was first used with another number of partitions is refused', async () => {
  await withRedis([], async ({ url }) => {
    const prefix = freshPrefix();
    const redis = new Redis(url);
    await redis.hset(`${prefix}:meta`, 'partitions', 64);
    expect(await bootError(url, prefix)).toMatch(/64 partitions and this version has 256/);
    await redis.hdel(`${prefix}:meta`, 'partitions');
    expect(await bootError(url, prefix)).toBe('it booted');
    expect(await redis.hget(`${prefix}:meta`, 'partitions')).toBe('256');
    redis.disconnect();
  });
});

test.each([
  ['D0', ['--appendonly', 'no']],
  ['D1', ['--appendonly', 'yes', '--appendfsync', 'everysec']],
  ['D2', ['--appendonly', 'yes', '--appendfsync', 'always']],
  ['unknown', ['--appendonly', 'yes', '--rename-command', 'CONFIG', '']],
])('the durability class %s is read from Redis', async (expected, args) => {
  await withRedis(args, async ({ url }) => {
    await using started = await startEngine({ url });
    expect(await started.engine.health()).toEqual({ isReady: true, shardsAway: 0, durability: expected });
  });
});
