import { expect, test } from 'vitest';
import { parseServerInfo } from '../connections/server-info.ts';
import { checkCluster, checkServer } from './server-checks.ts';

const goodInfo = [
  '# Server',
  'redis_version:7.0.15',
  'role:master',
  'cluster_enabled:0',
  'maxmemory_policy:noeviction',
];
const infoWith = (...lines: string[]) => parseServerInfo([...goodInfo, ...lines].join('\r\n'));

test('a standalone Redis 7.0 master without eviction is accepted', () => {
  expect(() => checkServer(infoWith())).not.toThrow();
});

test('a Redis that does not tell its eviction policy is accepted', () => {
  expect(() => checkServer(parseServerInfo('redis_version:8.2.1'))).not.toThrow();
});

test.each([
  ['redis_version:6.2.14', /6\.2\.14 and has to be 7\.0/],
  ['role:slave', /replica/],
  ['maxmemory_policy:allkeys-lru', /allkeys-lru and has to be noeviction/],
])('%s is refused', (line, sentence) => {
  expect(() => checkServer(infoWith(line))).toThrow(sentence);
});

test('a server that reports no version is refused', () => {
  expect(() => checkServer(parseServerInfo(''))).toThrow(/unknown version/);
});

test('a Cluster that serves every slot is accepted', () => {
  const info = parseServerInfo('cluster_state:ok\r\ncluster_slots_assigned:16384');
  expect(() => checkCluster(info)).not.toThrow();
});

test.each([
  'cluster_state:fail\r\ncluster_slots_assigned:16384',
  'cluster_state:ok\r\ncluster_slots_assigned:9',
])('a Cluster with %j is refused', (text) => {
  expect(() => checkCluster(parseServerInfo(text))).toThrow(/Cluster is not ready/);
});
