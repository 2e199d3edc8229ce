/** `deploy/redis.acl` grants what the service sends, and nothing else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, freePort, shippedRules } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { neededCommands, optionalCommands } from '../../src/rights/needed-commands.ts';
import { startEngine } from '../start-engine.ts';

const textsBelow = (folder: string, ending: string, areTestsRead = false): readonly string[] => {
  const url = new URL(folder, import.meta.url);
  return readdirSync(url, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
    .filter((name) => areTestsRead || !name.endsWith('.test.ts'))
    .map((name) => readFileSync(new URL(name, url), 'utf8'));
};

/** `redis.call(redis.call('SCARD', key) > 0 and 'SADD' or 'SREM', …)`: every word in capitals that follows a call. */
const ofScripts = new Set(
  textsBelow('../../lua/', '.lua').flatMap((lua) =>
    [...lua.matchAll(/redis\.p?call\(([^,\n]*(?:'[A-Z]+'[^,\n]*,?[^,\n]*)*)/g)].flatMap(([, words = '']) =>
      [...words.matchAll(/'([A-Z]{3,})'/g)].map(([, name = '']) => name.toLowerCase()),
    ),
  ),
);

/** Of Redis, as methods of the client library. */
const commands = new Set(new Redis({ lazyConnect: true }).getBuiltinCommands());

/** Methods of clients that send a command, with the subcommand where there is one. */
const ofCode = new Set(
  textsBelow('../../src/', '.ts').flatMap((code) =>
    [...code.matchAll(/\b(?:redis|command|cluster|client)\??\.(\w+)\((?:'([A-Z]+)')?/g)]
      .filter(([, name = '']) => commands.has(name))
      .map(([, name = '', sub]) => (sub === undefined ? name : `${name}|${sub.toLowerCase()}`)),
  ),
);

/** Sent by the client library itself, or written by hand: scripts. `HELLO` and `AUTH` need no right. */
const ofLibrary = ['eval', 'evalsha', 'cluster|slots', 'asking', 'client|setname', 'readonly', 'readwrite'];

test('each command of the scripts and of the code is tried at boot, and no other', () => {
  const known = [...neededCommands, ...optionalCommands].sort();
  expect(new Set(known).size).toBe(known.length);
  expect([...new Set([...ofScripts, ...ofCode, ...ofLibrary])].sort()).toEqual(known);
});

test('the shipped user may send each of them and no other, to its own keys and channels', () => {
  const rules = shippedRules({ password: 'x', prefix: 'plenum' });
  const granted = rules.filter((rule) => rule.startsWith('+')).map((rule) => rule.slice(1));
  expect(granted).toEqual([...neededCommands, ...optionalCommands].sort());
  expect(rules.filter((rule) => !rule.startsWith('+'))).toEqual([
    ...['on', 'resetpass', '>x', 'resetkeys', 'resetchannels', '-@all', '~plenum:*', '&plenum#*'],
  ]);
});

test('the script of docker-compose.yml gives the Redis user its password and prefix', async () => {
  const deploy = (name: string) => fileURLToPath(new URL(`../../../../deploy/${name}`, import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'plenum-acl-'));
  const port = await freePort();
  const program = process.env['REDIS_SERVER'] ?? 'redis-server';
  const redis = spawn(
    deploy('redis-with-users.sh'),
    [deploy('redis.acl'), folder, program, '--port', String(port), '--bind', '127.0.0.1', '--save', ''],
    { env: { ...process.env, REDIS_PASSWORD: 'of $p &ace/', PLENUM_PREFIX: 'chat' }, stdio: 'ignore' },
  );
  const ended = once(redis, 'close');
  const at = (login: string) => ({ url: `redis://${login}127.0.0.1:${port}`, isUserGiven: true });
  try {
    const login = `plenum:${encodeURIComponent('of $p &ace/')}@`;
    await eventually(async () => {
      await using started = await startEngine({ ...at(login), prefix: 'chat' });
      expect(await started.engine.health()).toMatchObject({ isReady: true });
    });
    await expect(startEngine({ ...at(login), prefix: 'plenum' })).rejects.toThrow('lacks the keys ~plenum:*');
    await expect(startEngine({ ...at(''), prefix: 'chat' })).rejects.toThrow('The Redis user lacks ');
  } finally {
    redis.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a test that starts a Redis gives its nodes the rights of the file and no others', () => {
  const starting = textsBelow('../../../../test/', '.ts', true).filter((text) => /\bstartRedis\(/.test(text));
  expect(starting.length).toBeGreaterThan(10);
  const asAdmin = /\b(?:REDIS_URL|redisUrl): (?:\w+\.)*(?:redis|server)\.url\b.*/g;
  expect(starting.flatMap((text) => text.match(asAdmin) ?? [])).toEqual(refused);
});

/** `first-minutes.test.ts` wants a node to be refused. */
const refused = ['REDIS_URL: redis.url });'];
