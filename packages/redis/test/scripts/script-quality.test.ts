/** What holds for every script: it touches what it declares, and whatever goes wrong, it has done all or nothing. */
import {
  eventually,
  freshPrefix,
  monitorRedis,
  type RedisServer,
  startOneShardCluster,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Keys } from '../../src/keys.ts';
import { everything, prepareGroup } from './prepared-group.ts';
import { evaluate, everyRun, type ScriptRun } from './script-runs.ts';

const keys = new Keys(freshPrefix());
const runs = everyRun(keys);
const byName = runs.map((run) => [run.name, run] as const);
const writing = byName.filter(([, run]) => !run.isReading);

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startOneShardCluster();
  redis = new Redis(server.url);
});
beforeEach(() => prepareGroup(redis, keys));
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** The keys of the commands that scripts send while `act` runs. */
async function touchedBy(act: () => Promise<unknown>): Promise<ReadonlySet<string>> {
  const commands: (readonly string[])[] = [];
  const monitor = await monitorRedis(server.url, (args, source) => {
    if (source === 'lua' || args[0] === 'echo') commands.push(args);
  });
  await act();
  await redis.echo('the end');
  await eventually(() => expect(commands.at(-1)).toEqual(['echo', 'the end']));
  monitor.stop();
  const touched = new Set<string>();
  for (const [name = '', ...args] of commands) {
    if (!keyless.has(name.toUpperCase())) {
      for (const key of await redis.command('GETKEYS', name, ...args)) touched.add(String(key));
    }
  }
  return touched;
}
const keyless = new Set(['TIME', 'INFO', 'SPUBLISH', 'ECHO']);

test.each(byName)('%s touches exactly the keys that it declares', async (_, run) => {
  const touched = await touchedBy(() => evaluate(redis, run));
  expect([...touched].sort()).toEqual([...run.keys].sort());
});

test.each(byName)('%s succeeds here, so that its failures below mean something', async (_, run) => {
  const reply = await evaluate(redis, run);
  const [type, , firstLine] = Array.isArray(reply) ? reply : [];
  expect(String(type === 'answers' ? firstLine : type)).not.toMatch(/refused|late|due|none|kept|gone|failed/);
});

/** Replaces a key by a list, which no script of ours expects anywhere. */
async function spoil(key: string): Promise<void> {
  await redis.unlink(key);
  await redis.rpush(key, 'of no script');
}

const everyKey = writing.flatMap(([name, run]) =>
  run.keyNames.map((keyName, at) => [name, keyName, run, run.keys[at] ?? ''] as const),
);

test.each(everyKey)(
  '%s changes nothing when its key %s is of another type',
  async (_script, _key, run, key) => {
    await spoil(key);
    const before = await everything(redis);
    await expect(evaluate(redis, run)).rejects.toThrow('WRONGTYPE');
    expect(await everything(redis)).toEqual(before);
  },
);

test('appends of which one was answered before are refused, and ended mutes stay ended', async () => {
  const run = runs.find(({ name }) => name === 'append-text');
  if (run === undefined) throw new Error('there is no append-text');
  const all = new Map(run.keyNames.map((name, at) => [name, run.keys[at] ?? '']));
  await redis.set(all.get('dedupe2') ?? '', 'hash 1');
  expect(await evaluate(redis, run)).toMatchObject(['refused', expect.any(String), 'conflict', '']);
  const [[lastId] = []] = await redis.xrevrange(all.get('log') ?? '', '+', '-', 'COUNT', 1);
  expect(lastId).toBe('8-0');
  expect(await redis.hget(all.get('group') ?? '', 'seq')).toBe('8');
});

const writeCommands = [
  'HSET',
  'HDEL',
  'HINCRBY',
  'ZADD',
  'ZREM',
  'SADD',
  'SREM',
  'XADD',
  'XTRIM',
  'XDEL',
  'HSETNX',
  'SET',
  'PEXPIRE',
  'UNLINK',
  'SPUBLISH',
];

test.each(writeCommands)('a user who may not %s changes all or nothing', async (command) => {
  const may = ['on', 'nopass', '~*', '&*', '+@all'];
  await redis.acl('SETUSER', 'limited', 'reset', ...may, `-${command.toLowerCase()}`);
  const limited = new Redis(server.url, { username: 'limited', password: 'any' });
  const stopped: string[] = [];
  for (const [name, run] of writing) {
    await prepareGroup(redis, keys);
    const before = await everything(redis);
    const reply = await evaluate(limited, run).catch((error: Error) => error.message);
    if (typeof reply !== 'string') continue;
    stopped.push(name);
    expect(reply).toMatch(/NOPERM|can't run this command|ACL failure in script/);
    expect(await everything(redis)).toEqual(before);
  }
  limited.disconnect();
  expect(stopped).not.toEqual([]);
});

/** What empties the outboxes, and keeps the nodes that do it: without these a Redis that is full would stay so. */
const emptying = new Set([
  'acquire-lease',
  'renew-lease',
  'release-lease',
  'beat-node',
  'remove-node',
  'open-outbox',
  'commit-delivery',
]);
const refusedWithoutMemory = writing.filter(([name]) => !emptying.has(name));

/** @returns what the scripts reply, or how they fail */
async function withoutMemory(some: typeof byName): Promise<readonly unknown[]> {
  await redis.config('SET', 'maxmemory', '1');
  const replies: unknown[] = [];
  for (const [, run] of some) replies.push(await evaluate(redis, run).catch((error: Error) => error));
  await redis.config('SET', 'maxmemory', '0');
  return replies;
}

test('a Redis without memory refuses every script that stores something, before its first line', async () => {
  const before = await everything(redis);
  const replies = await withoutMemory(refusedWithoutMemory);
  for (const reply of replies) expect(String(reply)).toContain('OOM');
  expect(replies).not.toEqual([]);
  expect(await everything(redis)).toEqual(before);
});

test.each(byName.filter(([name, run]) => run.isReading || emptying.has(name)))(
  'a Redis without memory runs %s',
  async (_, run) => {
    expect(await withoutMemory([[run.name, run]])).toEqual([expect.any(Array)]);
  },
);

const shifted = (run: ScriptRun): readonly ScriptRun[] => [
  { ...run, keys: run.keys.slice(1) },
  { ...run, keys: [...run.keys, run.keys[0] ?? ''] },
  ...(run.args.length === 0 ? [] : [{ ...run, args: run.args.slice(1) }]),
  { ...run, args: [...run.args, ''] },
];

test.each(byName)('%s with one key or argument too few or too many fails loudly', async (_, run) => {
  const before = await everything(redis);
  // A script that takes any number of messages computes the numbers from arguments, which are shifted here.
  const isBatch = run.name.startsWith('append-messages');
  const counts = isBatch ? '' : `${run.keys.length} keys and ${run.args.length} arguments expected`;
  const expected = new RegExp(counts || '\\d keys and \\d+ arguments expected');
  for (const wrong of shifted(run)) await expect(evaluate(redis, wrong)).rejects.toThrow(expected);
  expect(await everything(redis)).toEqual(before);
});
