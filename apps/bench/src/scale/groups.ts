/** Very many groups on one Redis: whether a new one, a message and a page cost the same as among few, and what idle ones cost. */
import { setTimeout as pause } from 'node:timers/promises';
import { cpuUsOfNode, rssBytesOf } from '../measure/process-usage.ts';
import { RedisGauge } from '../measure/redis-gauge.ts';
import { type Deployment, deployment, each } from '../systems/deployment.ts';
import { figure, type Scale, type ScaleOptions, type ScaleResult } from './scale.ts';

const lanes = 16;
const idleMs = 30_000;
const samples = 200;
const MiB = 2 ** 20;

async function run({ count, onProgress }: ScaleOptions): Promise<ScaleResult> {
  await using place = await deployment();
  const few = await costs(place, 'few');
  const startMs = performance.now();
  const made = await place.timed(() =>
    each(count, lanes, async (i) => {
      if (i % 100_000 === 0 && i > 0) onProgress(`  ${i} groups …`);
      await place.ask('POST', '/v1/groups', {
        ...{ group_id: `g-${i}`, group_type: 'public', creator_id: `u-${i % 100_000}` },
      });
    }),
  );
  const perSec = count / ((performance.now() - startMs) / 1000);
  const many = await costs(place, 'many');
  onProgress('  idle …');
  const idle = await idleCosts(place);
  const memory = Number(/^used_memory:(\d+)/m.exec(await place.redis.info('memory'))?.[1]);
  return {
    figures: [
      figure('groups', count),
      figure('created', perSec, '1/s'),
      figure('longest command of Redis meanwhile', made.longestMs, 'ms'),
      figure('memory of Redis', memory / MiB, 'MiB'),
      figure('RSS of the node', (rssBytesOf(place.system.nodes[0]?.pid ?? 0) ?? 0) / MiB, 'MiB'),
      figure('a message, among few groups', few.sendMs, 'ms'),
      figure('a message, among all', many.sendMs, 'ms'),
      figure('a page of groups, among few', few.pageMs, 'ms'),
      figure('a page of groups, among all', many.pageMs, 'ms'),
      figure('CPU of the node while idle', idle.nodePercent, '% of a core'),
      figure('CPU of Redis while idle', idle.redisPercent, '% of a core'),
    ],
    failures: [],
  };
}

async function costs({ ask }: Deployment, name: string) {
  const groupId = `talk-${name}`;
  await ask('POST', '/v1/groups', { group_id: groupId, group_type: 'public', creator_id: 'ann' });
  const send = () => ask('POST', `/v1/groups/${groupId}/messages`, { from_user_id: 'ann', message: 'hello' });
  return {
    sendMs: await meanMs(send),
    pageMs: await meanMs(() => ask('GET', '/v1/groups?limit=100')),
  };
}

async function meanMs(act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  for (let i = 0; i < samples; i += 1) await act();
  return (performance.now() - startMs) / samples;
}

async function idleCosts({ system }: Deployment) {
  const gauge = new RedisGauge(system.redisUrl ?? '');
  const pid = system.nodes[0]?.pid ?? 0;
  const look = async () => ({ node: cpuUsOfNode(pid) ?? 0, redis: (await gauge.sample()).cpuUs });
  const before = await look();
  await pause(idleMs);
  const after = await look();
  gauge.close();
  const percent = (us: number) => us / (idleMs * 10);
  return {
    nodePercent: percent(after.node - before.node),
    redisPercent: percent(after.redis - before.redis),
  };
}

export const groups: Scale = { title: 'Groups on one Redis', count: 1_000_000, run };
