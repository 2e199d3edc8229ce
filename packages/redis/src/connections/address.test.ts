import { expect, test } from 'vitest';
import { asClusterSeed, parseRedisUrl } from './address.ts';

test('an address is named without its password', () => {
  expect(parseRedisUrl('redis://user:secret@cache:6380/0').name).toBe('cache:6380');
});

test('a missing port is the one of Redis and rediss means TLS', () => {
  expect(parseRedisUrl('rediss://cache')).toMatchObject({
    type: 'standalone',
    name: 'cache:6379',
    isTls: true,
  });
});

test('several servers are the seeds of a Cluster, with the credentials of the first', () => {
  expect(parseRedisUrl('redis://u:p%40ss@a:1,redis://b:2, redis://[::1]')).toEqual({
    type: 'cluster',
    name: 'a:1,b:2,[::1]:6379',
    isTls: false,
    seeds: [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
      { host: '::1', port: 6379 },
    ],
    credentials: { username: 'u', password: 'p@ss' },
  });
});

test('a single server can turn out to be the seed of a Cluster', () => {
  const address = parseRedisUrl('rediss://:secret@cache:6380');
  if (address.type !== 'standalone') throw new Error(`it is ${address.type}`);
  expect(asClusterSeed(address)).toEqual({
    type: 'cluster',
    name: 'cache:6380',
    isTls: true,
    seeds: [{ host: 'cache', port: 6380 }],
    credentials: { password: 'secret' },
  });
});

test('Sentinels and the master that they watch are read from one URL', () => {
  expect(
    parseRedisUrl('rediss+sentinel://user:secret@a,b:5000/main?sentinel_username=s&sentinel_password=watch'),
  ).toEqual({
    type: 'sentinel',
    name: 'a:26379,b:5000/main',
    isTls: true,
    sentinels: [
      { host: 'a', port: 26_379 },
      { host: 'b', port: 5000 },
    ],
    masterName: 'main',
    credentials: { username: 'user', password: 'secret' },
    sentinelCredentials: { username: 's', password: 'watch' },
  });
});

test.each([
  'redis://h/1',
  'redis://h/01',
  'redis://h/1/',
  'redis://h/0/1',
  'redis://h/%31',
  'rediss://h:1/15?password=x',
  'redis://h?db=1',
  'redis://h/0?db=0&db=2',
  'redis://h/1?db=0',
  'redis://a/0,redis://b/1',
  'redis://a,redis://b?db=3',
  'redis+sentinel://a,b/main/1',
  'redis+sentinel://a,b/main?db=1',
  'redis+sentinel://a/main/0/1?sentinel_password=x',
])('another database than 0 is refused, since its channels are those of all databases: %s', (url) => {
  expect(() => parseRedisUrl(url)).toThrow(/database 0 or none.*PLENUM_PREFIX/);
});

test.each(['redis://h', 'redis://h/', 'redis://h/0', 'redis://h/0/?db=0', 'redis+sentinel://h/main/0'])(
  '%s names database 0',
  (url) => {
    expect(parseRedisUrl(url).name).toMatch(/^h/);
  },
);

test('TLS fields are read with rediss:// only, and apply to each server', () => {
  const fields = 'tls_ca=%2Fca.pem&tls_cert=c.pem&tls_key=k.pem&tls_servername=redis.internal';
  const expected = { ca: '/ca.pem', cert: 'c.pem', key: 'k.pem', servername: 'redis.internal' };
  for (const url of [
    `rediss://a?${fields}`,
    `rediss://a?${fields},rediss://b`,
    `rediss+sentinel://a,b/m?${fields}`,
  ]) {
    expect(parseRedisUrl(url).tls?.fields).toEqual(expected);
  }
  expect(parseRedisUrl('rediss://a').tls).toBeUndefined();
});

test('user and password behind the question mark count; other fields there change nothing', () => {
  expect(parseRedisUrl(' redis://h?username=u&password=p%2Fq&family=6 ')).toMatchObject({
    credentials: { username: 'u', password: 'p/q' },
    family: 6,
  });
  expect(() => parseRedisUrl('redis://h?keyPrefix=x')).toThrow(/unknown field/);
});

test.each([
  ['redis+sentinel://a:1,b:2', /Sentinels and a master/],
  ['redis+sentinel:///main', /Sentinels and a master/],
  ['redis+sentinel://a:x/main', /Sentinels and a master/],
  ['redis://a:1,rediss://b:2', /mixes/],
  ['redis://a:1,b:2', /not a redis/],
  ['redis://a:1,', /not a redis/],
  ['redis://:p%ss@a:1', /%25/],
  ['redis://a:1,redis://us%er@b:2', /%25/],
  ['redis+sentinel://:p%ss@a:1/main', /%25/],
  ['redis+sentinel://a:1/ma%in', /%25/],
  ['http://a', /not a redis/],
  ['nonsense', /not a redis/],
  ['redis://', /not a redis/],
  ['redis://a:1#/1', /%23/],
  ['redis://a?family=5', /0, 4 or 6/],
  ['redis+sentinel://a/main?keyPrefix=x', /unknown field/],
  [
    'redis+sentinel://u:2024/hush@a:1',
    /^REDIS_URL must not contain @ after its hosts. Write \/ in a password as %2F.$/,
  ],
  ['redis+sentinel://u:2024/hush@a:1/main', /as %2F/],
  ['', /not a redis/],
  ['redis://a?tls_ca=x', /tls_ca without TLS: it needs rediss/],
  ['redis+sentinel://a/main?tls_servername=x', /tls_servername without TLS/],
  ['rediss://a?tls_cert=x', /tls_cert and tls_key together/],
  ['rediss://a?tls_ca=', /tls_ca is empty/],
  ['rediss://a?tls_servername=10.0.0.1', /must be a host name/],
])('%s is refused with one sentence', (url, sentence) => {
  expect(() => parseRedisUrl(url)).toThrow(sentence);
});
