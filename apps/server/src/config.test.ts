import { expect, test } from 'vitest';
import { describeConfig } from './config/describe.ts';
import { noExtensions } from './config/extensions.ts';
import { readConfig } from './config.ts';

const secret = 'a-secret-that-is-long-enough-for-hs256';
const adminToken = 'an-admin-token-that-is-long-enough-too';
const production = {
  HOST: '0.0.0.0',
  PLENUM_ENGINE: 'memory',
  PLENUM_JWT_SECRET: secret,
  PLENUM_ADMIN_TOKEN: adminToken,
};
const inProduction = (environment: NodeJS.ProcessEnv) => ({
  ...production,
  PLENUM_ENGINE: '',
  ...environment,
});

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
      emptyGroupTtlMs: 2_592_000_000,
      leaseTtlMs: 6000,
    },
  });
});

test('a variable that is empty counts as unset', () => {
  expect(configOf({ PORT: '', REDIS_URL: ' ' })).toMatchObject({ port: 3000, redisUrl: null });
});

test.each([
  [{ HOST: '0.0.0.0', PLENUM_ENGINE: 'memory' }],
  [{ NODE_ENV: 'production', PLENUM_ENGINE: 'memory' }],
  [{ HOST: '0.0.0.0', PLENUM_ENGINE: 'memory', PLENUM_JWT_SECRET: '', PLENUM_ADMIN_TOKEN: '' }],
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

test.each([
  [{ NODE_ENV: 'production' }],
  [{ NODE_ENV: 'production', REDIS_URL: '' }],
  [{ NODE_ENV: 'Production', REDIS_URL: '  ', PLENUM_ENGINE: ' ' }],
  [{ HOST: '0.0.0.0' }],
  [{ HOST: '::' }],
  [{ HOST: 'chat.example.com', REDIS_URL: '' }],
  [{ HOST: '10.0.0.7' }],
])('without Redis a node does not start as if by accident where others depend on it: %o', (environment) => {
  const secrets = { PLENUM_JWT_SECRET: secret, PLENUM_ADMIN_TOKEN: adminToken };
  expect(problemsOf({ ...secrets, ...environment })).toEqual([
    expect.stringMatching(/^REDIS_URL must be set where .* set PLENUM_ENGINE=memory$/),
  ]);
  const asked = { ...secrets, ...environment, PLENUM_ENGINE: 'memory' };
  expect(configOf(asked)).toMatchObject({ redisUrl: null });
  const redisUrl = 'redis://127.0.0.1:6379';
  expect(configOf({ ...secrets, ...environment, REDIS_URL: redisUrl })).toMatchObject({ redisUrl });
});

test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost', '::ffff:127.0.0.1'])(
  'on the loopback address %s memory needs no word',
  (host) => {
    expect(configOf({ HOST: host })).toMatchObject({ redisUrl: null, isDev: true });
  },
);

test('an engine and a REDIS_URL that contradict each other are refused', () => {
  const REDIS_URL = 'redis://127.0.0.1:6379';
  expect(problemsOf({ PLENUM_ENGINE: 'memory', REDIS_URL })).toEqual([
    'PLENUM_ENGINE is memory but REDIS_URL is set: leave one of them out',
  ]);
  expect(problemsOf({ PLENUM_ENGINE: 'redis' })).toEqual(['REDIS_URL must be set: PLENUM_ENGINE is redis']);
  expect(problemsOf({ PLENUM_ENGINE: 'redis', REDIS_URL })).toEqual([]);
  expect(problemsOf({ PLENUM_ENGINE: 'rabbit' })).toEqual([
    'PLENUM_ENGINE is "rabbit" but must be one of redis, memory',
  ]);
});

test.each(['REDIS_URI', 'REDISURL', 'PLENUM_REDIS_URL'])(
  '%s, which nothing reads, is a warning that names REDIS_URL',
  (name) => {
    expect(readConfig({ [name]: 'redis://127.0.0.1:6379' }).warnings).toEqual([
      `${name} is not a variable of Plenum and has no effect: did you mean REDIS_URL?`,
    ]);
  },
);

const linksOf = (service: string, port: number): NodeJS.ProcessEnv => ({
  [`${service}_SERVICE_HOST`]: '10.0.0.1',
  [`${service}_SERVICE_PORT`]: String(port),
  [`${service}_SERVICE_PORT_HTTP`]: String(port),
  [`${service}_PORT`]: `tcp://10.0.0.1:${port}`,
  [`${service}_PORT_${port}_TCP`]: `tcp://10.0.0.1:${port}`,
  [`${service}_PORT_${port}_TCP_PROTO`]: 'tcp',
  [`${service}_PORT_${port}_TCP_PORT`]: String(port),
  [`${service}_PORT_${port}_TCP_ADDR`]: '10.0.0.1',
});

test.each(['PLENUM', 'PLENUM_ADMIN', 'PLENUM_REDIS', 'PLENUM_SERVICE', 'PLENUM_LEASE_TTL_MS'])(
  'what Kubernetes sets for a Service of the name %s is ignored with one line',
  (service) => {
    const reading = readConfig(linksOf(service, 3000));
    expect(reading).toMatchObject({ ok: true, config: { service: 'relay' } });
    expect(reading.warnings).toEqual([
      expect.stringMatching(
        /^PLENUM_.*: set by Kubernetes for a Service, so no setting of Plenum, and ignored$/,
      ),
    ]);
    if (reading.ok) expect(reading.config.adminPort).toBeUndefined();
  },
);

test('an admin port of the config file counts where Kubernetes has put a Service of that name', () => {
  const file = { variables: { PLENUM_ADMIN_PORT: '9000' }, extensions: noExtensions, problems: [] };
  expect(readConfig(linksOf('PLENUM_ADMIN', 80), file)).toMatchObject({ config: { adminPort: 9000 } });
});

test('what Kubernetes sets for Services of other programs is not spoken of', () => {
  expect(readConfig({ ...linksOf('REDIS', 6379), ...linksOf('POSTGRES', 5432) }).warnings).toEqual([]);
});

test('a port that a person has mistyped is refused still', () => {
  expect(problemsOf({ PLENUM_ADMIN_PORT: 'http://10.0.0.1:80' })).toEqual([
    expect.stringContaining('PLENUM_ADMIN_PORT is "http://10.0.0.1:80" but must be a whole number'),
  ]);
});

test.each([
  ['owner', 'owner'],
  ['pg', 'owner'],
  ['horde', 'owner'],
  ['local', 'local'],
])('the cluster strategy %s means %s', (name, strategy) => {
  expect(configOf({ PLENUM_CLUSTER_STRATEGY: name }).strategy).toBe(strategy);
});

test('an unknown cluster strategy is a problem', () => {
  expect(problemsOf({ PLENUM_CLUSTER_STRATEGY: 'raft' })).toEqual([
    'PLENUM_CLUSTER_STRATEGY is "raft" but must be owner (or pg, or horde) or local',
  ]);
});

test.each([
  'capacitor://localhost',
  'tauri://localhost',
  'https://a.example:443',
  'HTTPS://A.example',
  'null',
])('the origin %s can be listed', (origin) => {
  expect(readConfig({ PLENUM_CORS_ORIGINS: origin })).toMatchObject({ config: { corsOrigins: [origin] } });
});

test.each([
  '*',
  'a.example',
  'https://a.example/',
  'https://a.example/path',
  'https://*.example',
  'https://',
])('%s is no origin that can be listed', (text) => {
  expect(readConfig({ PLENUM_CORS_ORIGINS: text })).toMatchObject({ ok: false });
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
  ['redis://a:1,redis://u:hu@sh@b:2', 'redis://a:1,b:2'],
  ['redis+sentinel://:hush@a:1,b:2/main?sentinel_password=hush', 'redis+sentinel://a:1,b:2/main'],
])('the passwords in %s are not shown', (url, visible) => {
  const shown = JSON.stringify(describeConfig(configOf(inProduction({ REDIS_URL: url }))));
  expect(shown).toContain(visible);
  expect(shown).not.toMatch(/hu@?sh/);
});

test('a configuration that is shown holds neither secrets nor the password of Redis', () => {
  const config = configOf(inProduction({ REDIS_URL: 'redis://app:pass-word@redis:6379/0' }));
  const shown = JSON.stringify(describeConfig(config));
  expect(shown).toContain('redis://redis:6379');
  for (const hidden of [secret, adminToken, 'pass-word']) expect(shown).not.toContain(hidden);
});

test.each([
  [{ PLENUM_TOKEN_MAX_AGE: 'none' }, null, /PLENUM_TOKEN_MAX_AGE is none/],
  [{ PLENUM_TOKEN_MAX_AGE: '30d' }, 30 * 86_400_000, null],
  [{ PLENUM_JWKS_URL: 'https://id.example/keys' }, 86_400_000, /PLENUM_JWKS_AUDIENCE is not set/],
  [{ PLENUM_JWKS_URL: 'https://id.example/keys', PLENUM_JWKS_AUDIENCE: 'chat' }, 86_400_000, null],
])(
  'tokens that count for longer, or for others, are warned of at boot: %o',
  (variables, tokenMaxAgeMs, warning) => {
    const reading = readConfig({ PLENUM_ADMIN_TOKEN: 'x'.repeat(32), ...variables });
    if (!reading.ok) throw new Error(reading.problems.join('\n'));
    expect(reading.config.tokenMaxAgeMs).toBe(tokenMaxAgeMs);
    expect(reading.warnings).toEqual(warning === null ? [] : [expect.stringMatching(warning)]);
  },
);
