import { createServer } from 'node:http';
import { defaultDeliverySettings, defaultEngineSettings, systemClock } from '@plenum/core';
import { expect, test } from 'vitest';
import { createPlenum } from '../create-plenum.ts';
import { optionProblem } from './option-problem.ts';
import type { PlenumOptions } from './plenum-options.ts';

/** As a caller in plain JavaScript may write it. */
const sentenceOf = (options: object, nodeEnv?: string) => optionProblem(options, nodeEnv)?.sentence ?? null;

test.each([
  [{ redisURL: 'redis://127.0.0.1:6379' }, 'redisURL is unknown: did you mean redisUrl?'],
  [{ Mode: 'client' }, 'Mode is unknown: did you mean mode?'],
  [{ url: 'redis://127.0.0.1' }, /^url is unknown: there are engine, redisUrl, /],
  [{ mode: 'cleint' }, 'mode must be one of node, client: did you mean client?'],
  [{ mode: null }, 'mode must be one of node, client'],
  [{ createPolicy: 'srevice' }, 'createPolicy must be one of any, service: did you mean service?'],
  [{ createOnJoin: true }, 'createOnJoin must be one of none, public'],
  [{ fanOut: 'plian' }, 'fanOut must be one of coalesced, plain: did you mean plain?'],
  [{ clusterStrategy: 'pg' }, 'clusterStrategy must be one of owner, local'],
  [{ gateway: { server: {} } }, 'gateway.server must be a server of node:http or node:https'],
  [{ gateway: { server: () => {} } }, /^gateway.server must be .*: give createServer\(app\)/],
  [{ gateway: { server: createServer(), port: 1 } }, /^gateway.host and gateway.port are of no use/],
  [{ gateway: { server: createServer(), prefix: '/' } }, /^gateway.prefix must be a path such as \/plenum/],
  [{ gateway: { server: createServer(), prefix: 'plenum' } }, /^gateway.prefix must be a path/],
  [{ gateway: { server: createServer(), prefix: '/a/' } }, /^gateway.prefix must be a path/],
  [{ gateway: { server: createServer(), prefix: '/:a' } }, /^gateway.prefix must be a path/],
  [{ gateway: { server: createServer(), prefix: '/a/..' } }, /^gateway.prefix must be a path/],
  [{ gateway: { server: createServer(), path: '/./a' } }, /^gateway.path must be a path/],
  [
    { gateway: { server: createServer(), path: '/plenum' } },
    'gateway.path is /plenum, where the routes of /plenum are: give another one, such as /plenum/socket.io',
  ],
  [
    { gateway: { server: createServer(), prefix: '/a/b', path: '/a' } },
    /^gateway.path is \/a, where the routes of \/a\/b are/,
  ],
  [
    { gateway: { server: createServer(), prefix: '/a', path: '/a/v1' } },
    /^gateway.path is \/a\/v1, where the routes of \/a\/v1 are/,
  ],
  [{ gateway: { server: createServer(), path: '' } }, /^gateway.path must be a path/],
  [{ gateway: { server: createServer(), namespace: 'g' } }, /^gateway.namespace must be a name such as/],
  [{ gateway: { server: createServer(), namespace: '/a,b' } }, /^gateway.namespace must be a name such as/],
  [{ gateway: { server: createServer(), io: {} } }, 'gateway.io must be a Server of socket.io'],
  [{ gateway: { server: createServer(), io: {}, path: '/a' } }, /^gateway.path is of no use with gateway.io/],
  [
    { gateway: { server: createServer(), fastify: {} } },
    /^gateway.server and gateway.fastify are both given/,
  ],
  [{ gateway: { namespace: '/a' } }, 'gateway.namespace needs gateway.server or gateway.fastify beside it'],
  [{ gateway: { io: {} } }, 'gateway.io needs gateway.server or gateway.fastify beside it'],
  [{ gateway: { fastify: {}, io: {} } }, 'gateway.fastify must be a Fastify instance'],
  [{ gateway: { url: 'x' } }, /^gateway.url is unknown: there are server, prefix, /],
  [{ gateway: { prot: 1 } }, 'gateway.prot is unknown: did you mean port?'],
  [{ gateway: 3000 }, 'gateway must be an object'],
  [{ gateway: { port: '3000' } }, 'gateway.port must be a number'],
  [{ gateway: { console: 1 } }, 'gateway.console must be true or false'],
  [{ gateway: { console: true } }, /^gateway.console needs adminToken or adminTokens/],
  [{ gateway: { console: true }, adminTokens: [] }, /^gateway.console needs adminToken/],
  [{ gateway: { server: createServer(), console: true } }, /^gateway.console needs a port of the library/],
  [{ gateway: { port: 70_000 } }, 'gateway.port must be a whole number from 0 to 65535'],
  [{ gateway: { fastify: {} } }, /^gateway.fastify needs gateway.io beside it/],
  [{ gateway: { fastify: {}, io: {}, port: 1 } }, /^gateway.host and gateway.port are of no use/],
  [
    { engineSettings: { ratePerSecond: 1 } },
    /^engineSettings.ratePerSecond is unknown: did you mean ratePerSec/,
  ],
  [
    { engineSettings: { leaseTtlMs: 0 } },
    'engineSettings.leaseTtlMs must be a whole number from 300 to 600000',
  ],
  [
    { engineSettings: { historyMaxEntries: 1.5 } },
    'engineSettings.historyMaxEntries must be a whole number from 1 to 10000000',
  ],
  [
    { engineSettings: { historyMaxAgeMs: 0 } },
    /^engineSettings.historyMaxAgeMs must be a whole number from 1000 to/,
  ],
  [
    { engineSettings: { deliveryKinds: ['archiv'] } },
    'engineSettings.deliveryKinds must be a list of archive, notifier',
  ],
  [{ delivery: { batchSize: 0 } }, 'delivery.batchSize must be a whole number from 1 to 1000'],
  [{ delivery: { callsAtOnce: 0 } }, /^delivery.callsAtOnce must be a whole number from 1 to/],
  [{ delivery: { batchsize: 1 } }, 'delivery.batchsize is unknown: did you mean batchSize?'],
  [{ adapters: { notifer: {} } }, 'adapters.notifer is unknown: did you mean notifier?'],
  [{ adapters: { auth: {} } }, 'adapters.auth must have a method authorize'],
  [{ middleware: [1] }, 'middleware must be an object of functions, by their names'],
  [{ requests: {} }, 'requests must be a list of what defineRequest returns'],
  [{ middlewares: 'auth' }, 'middlewares must be a list of names'],
  [{ corsOrigins: 'https://a.example' }, 'corsOrigins must be a list of strings'],
  [{ messageMaxBytes: '4096' }, 'messageMaxBytes must be a number'],
  [{ logger: console.log }, 'logger must be an object with debug, info, warn, error'],
  [{ clock: Date }, 'clock must be an object with monotonicMs, after'],
  [{ clock: systemClock }, /^clock is for engine: 'memory'/],
  [{ engine: 'redis' }, 'engine must be an object with health, close'],
  [{ redisUrl: '' }, /^redisUrl must begin with redis:/],
  [{ engine: 'memory', redisUrl: 'redis://127.0.0.1' }, 'engine and redisUrl are both given: keep one'],
  [{ authenticate: 'ann', gateway: {} }, 'authenticate must be a function'],
  [{ authenticate: () => 'ann' }, 'authenticate needs a gateway: nothing listens without one'],
  [{ mode: 'client' }, /^redisUrl must be given with mode client: .* engine: 'memory'$/],
  [{ mode: 'client', redisUrl: undefined }, /^redisUrl must be given with mode client/],
  [{ mode: 'client', gateway: {} }, 'gateway is of no use with mode client: nothing listens then'],
])('the options %o are judged: %s', (options, sentence) => {
  const problem = sentenceOf(options);
  if (sentence instanceof RegExp) expect(problem).toMatch(sentence);
  else expect(problem).toBe(sentence);
});

test.each(['1', 0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a rate of %s is refused', (ratePerSec) => {
  const sentence = 'engineSettings.ratePerSec must be a number above 0, at most 1000000';
  expect(sentenceOf({ engineSettings: { ratePerSec } })).toBe(sentence);
});

test.each([0, 0.5, 1e21])('a burst of %s is refused', (changeRateBurst) => {
  const sentence = 'engineSettings.changeRateBurst must be a whole number from 1 to 1000000';
  expect(sentenceOf({ engineSettings: { changeRateBurst } })).toBe(sentence);
});

test.each([
  {},
  { redisUrl: undefined },
  { gateway: {} },
  { gateway: { host: 'localhost' } },
  { gateway: { console: false } },
  { gateway: { console: true }, adminToken: 'the admin token' },
  { gateway: { server: createServer() } },
  { gateway: { server: createServer(), prefix: '/a/b', path: '/c.d', namespace: '/e', io: undefined } },
  { mode: 'node' },
  { engine: 'memory', clock: systemClock },
  { engineSettings: { ratePerSec: 0.1, groupsPerUserMax: 0, rateBurst: undefined } },
  { engineSettings: defaultEngineSettings, delivery: defaultDeliverySettings },
])('the options %o are honoured', (options) => expect(sentenceOf(options)).toBeNull());

test.each([
  [{}, 'production'],
  [{ redisUrl: undefined }, 'production'],
  [{ gateway: { host: '0.0.0.0' } }, undefined],
])('memory has to be asked for where others depend on it: %o with NODE_ENV %s', (options, nodeEnv) => {
  expect(sentenceOf(options, nodeEnv)).toMatch(/^redisUrl must be given where .* give engine: 'memory'$/);
  expect(sentenceOf({ ...options, engine: 'memory' }, nodeEnv)).toBeNull();
  expect(sentenceOf({ ...options, redisUrl: 'redis://127.0.0.1:6379' }, nodeEnv)).toBeNull();
});

test('createPlenum refuses an unknown option before it opens anything', async () => {
  const options: object = { redisURL: 'redis://127.0.0.1:1' };
  const asked: PlenumOptions = options;
  await expect(createPlenum(asked)).rejects.toMatchObject({
    failure: {
      code: 'invalid_args',
      error: 'redisURL is unknown: did you mean redisUrl?',
      details: { field: 'redisURL' },
    },
  });
});

test('engine memory is the memory engine', async () => {
  await using closing = {
    plenum: await createPlenum({ engine: 'memory' }),
    [Symbol.asyncDispose]: () => closing.plenum.close(),
  };
  const made = await closing.plenum.groups.create({ groupId: 'g', groupType: 'public', creatorId: 'ada' });
  expect(made).toMatchObject({ ok: true });
});

test('a setting that is undefined counts as left out', async () => {
  const engineSettings: object = { groupsPerUserMax: 1, rateBurst: undefined, ratePerSec: undefined };
  await using closing = {
    plenum: await createPlenum({ engine: 'memory', engineSettings }),
    [Symbol.asyncDispose]: () => closing.plenum.close(),
  };
  await closing.plenum.groups.create({ groupId: 'g', groupType: 'public', creatorId: 'ada' });
  const sends = Array.from({ length: 40 }, () => closing.plenum.send('g', 'ada', 'hello'));
  expect(await Promise.all(sends)).toContainEqual(
    expect.objectContaining({ ok: false, failure: expect.objectContaining({ code: 'rate_limited' }) }),
  );
});
