import { expect, test } from 'vitest';
import { describeConfig } from './config/describe.ts';
import { readConfig } from './config.ts';

const secret = 'a-secret-that-is-long-enough-for-hs256';
const production = { HOST: '0.0.0.0', PLENUM_JWT_SECRET: secret, PLENUM_ADMIN_TOKEN: 'an-admin-token' };

const configOf = (environment: NodeJS.ProcessEnv) => {
  const reading = readConfig(environment);
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  return reading.config;
};
const problemsOf = (environment: NodeJS.ProcessEnv) => {
  const reading = readConfig(environment);
  return reading.ok ? [] : reading.problems;
};

test('an empty environment is dev mode on the loopback address with the memory engine', () => {
  expect(configOf({})).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    redisUrl: null,
    prefix: 'plenum',
    service: 'relay',
    event: 'request',
    corsOrigins: [],
    transports: ['websocket'],
    createPolicy: 'any',
    messageMaxBytes: 4096,
    strategy: 'owner',
    isDev: true,
    engineSettings: {
      ratePerSec: 10,
      rateBurst: 20,
      historyMaxEntries: 10_000,
      historyMaxAgeMs: 604_800_000,
      leaseTtlMs: 6000,
    },
  });
});

test('a variable that is empty counts as unset', () => {
  expect(configOf({ PORT: '', REDIS_URL: ' ' })).toMatchObject({ port: 3000, redisUrl: null });
});

test.each([
  [{ HOST: '0.0.0.0' }],
  [{ NODE_ENV: 'production' }],
  [{ HOST: '0.0.0.0', PLENUM_JWT_SECRET: '', PLENUM_ADMIN_TOKEN: '' }],
])('outside dev mode a missing secret and a missing admin token are problems: %o', (environment) => {
  const problems = problemsOf(environment);
  expect(problems).toHaveLength(2);
  expect(problems[0]).toContain('PLENUM_JWT_SECRET');
  expect(problems[1]).toContain('PLENUM_ADMIN_TOKEN');
});

test('a given secret ends dev mode', () => {
  expect(configOf({ ...production, HOST: '127.0.0.1' }).isDev).toBe(false);
});

test('all problems are reported together, each with the variable and the limit', () => {
  const problems = problemsOf({
    PORT: '70000',
    PLENUM_PREFIX: 'UPPER',
    PLENUM_MESSAGE_MAX_BYTES: '0',
    PLENUM_HISTORY_MAX_AGE: '7 days',
    PLENUM_LOG_LEVEL: 'loud',
    PLENUM_TRANSPORTS: 'polling',
    PLENUM_CORS_ORIGINS: 'https://a.example/path',
  });
  expect(problems).toEqual([
    'PORT is "70000" but must be a whole number from 0 to 65535',
    'PLENUM_PREFIX is "UPPER" but must be 1 to 32 of a–z 0–9 _ -',
    expect.stringContaining('PLENUM_CORS_ORIGINS'),
    'PLENUM_TRANSPORTS is "polling" but must be websocket or websocket,polling',
    'PLENUM_MESSAGE_MAX_BYTES is "0" but must be a whole number from 1 to 64512',
    'PLENUM_HISTORY_MAX_AGE is "7 days" but must be a duration from 1s to 3650d, such as 12h or 7d',
    expect.stringContaining('one of trace, debug, info'),
  ]);
});

test('a short secret is refused by its length in bytes and is not repeated in the problem', () => {
  const problems = problemsOf({ ...production, PLENUM_JWT_SECRET: 'hunter2' });
  expect(problems).toEqual(['PLENUM_JWT_SECRET must be at least 32 bytes long']);
});

test.each([
  ['redis://a:1,b:2', 'separated by commas'],
  ['http://localhost', 'redis://'],
  ['localhost:6379', 'redis://'],
])('REDIS_URL %s is refused with a sentence that names %s', (url, named) => {
  expect(problemsOf({ REDIS_URL: url })).toEqual([expect.stringContaining(named)]);
});

test('an unknown PLENUM name is a warning with the nearest name', () => {
  const reading = readConfig({ PLENUM_RATE_BRUST: '5' });
  expect(reading.ok).toBe(true);
  expect(reading.warnings).toEqual([
    'PLENUM_RATE_BRUST is not a variable of Plenum and has no effect: did you mean PLENUM_RATE_BURST?',
  ]);
});

test('what Kubernetes injects for a Service named plenum is a warning without a hint', () => {
  const reading = readConfig({ PLENUM_PORT_3000_TCP_ADDR: '10.0.0.1', PLENUM_SERVICE_HOST: '10.0.0.1' });
  expect(reading.ok).toBe(true);
  expect(reading.warnings).toHaveLength(2);
});

test.each([
  ['owner', 'owner'],
  ['pg', 'owner'],
  ['horde', 'owner'],
  ['local', 'local'],
])('the cluster strategy %s means %s', (name, strategy) => {
  expect(configOf({ PLENUM_CLUSTER_STRATEGY: name }).strategy).toBe(strategy);
});

test('a cluster strategy that nobody knows is a problem', () => {
  expect(problemsOf({ PLENUM_CLUSTER_STRATEGY: 'raft' })).toEqual([
    'PLENUM_CLUSTER_STRATEGY is "raft" but must be owner (or pg, or horde) or local',
  ]);
});

test('durations and origins become values', () => {
  const config = configOf({
    PLENUM_HISTORY_MAX_AGE: '12h',
    PLENUM_CORS_ORIGINS: 'https://a.example, http://localhost:5173',
    PLENUM_TRANSPORTS: 'websocket,polling',
  });
  expect(config.engineSettings.historyMaxAgeMs).toBe(43_200_000);
  expect(config.corsOrigins).toEqual(['https://a.example', 'http://localhost:5173']);
  expect(config.transports).toEqual(['websocket', 'polling']);
});

test.each([
  ['redis://a:1,redis://u:hu@sh@b:2', 'redis://a:1,redis://u:***@b:2'],
  ['redis+sentinel://:hush@a:1,b:2/main?sentinel_password=hush', '***@a:1,b:2/main?sentinel_password=***'],
])('the passwords in %s are not shown', (url, visible) => {
  const shown = JSON.stringify(describeConfig(configOf({ ...production, REDIS_URL: url })));
  expect(shown).toContain(visible);
  expect(shown).not.toMatch(/hu@?sh/);
});

test('a configuration that is shown holds neither secrets nor the password of Redis', () => {
  const config = configOf({ ...production, REDIS_URL: 'redis://app:pass-word@redis:6379/0' });
  const shown = JSON.stringify(describeConfig(config));
  expect(shown).toContain('redis://app:***@redis:6379/0');
  for (const hidden of [secret, 'an-admin-token', 'pass-word']) expect(shown).not.toContain(hidden);
});
