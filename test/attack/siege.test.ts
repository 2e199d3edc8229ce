/**
 * Every peer that does harm, against one node with a small heap and the limits that a node has by default, whose archive hangs,
 * for ATTACK_MINUTES: the node lives, and no other client notices. `npm run test:attack` is five minutes of it.
 */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { startRedis } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AttackedNode, errorLines, expectMemoryBack, p99MaxMs } from './attacked-node.ts';
import { HealthyPair } from './healthy-pair.ts';
import type { FloodKind } from './peers/own-group-floods.ts';
import { type RedisSize, redisSize } from './redis-size.ts';
import { Siege, type SiegeReport } from './siege.ts';

const asked = process.env['ATTACK_MINUTES'] ?? '';
const minutes = Number(asked || '0.55');
/** Half a minute on a busy machine says nothing of the slowest in a hundred. */
const isTimed = asked !== '';

/** A node's defaults. */
const limits = {
  change: { burst: 20, perSec: 10 },
  membership: { burst: 10, perSec: 1 },
  typing: { burst: 10, perSec: 5 },
  groupsPerUser: 1000,
  roomQueue: 2048,
};
/** As the archive takes nothing, all that a healthy pair sends has to find room in its room. */
const healthyPerSec = Math.min(8, (0.8 * limits.roomQueue) / (2 * (minutes * 60 + 60)));
const memoryMax = 512 * 1024 * 1024;

/** It takes connections and says nothing. */
class HangingServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {}).resume();
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<HangingServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HangingServer(server);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

describe(`a siege of ${minutes} minutes`, () => {
  const started: AsyncDisposable[] = [];
  const keep = <T extends AsyncDisposable>(one: T): T => {
    started.unshift(one);
    return one;
  };
  let scene: AttackedNode;
  let report: SiegeReport;
  let before: RedisSize;
  let after: RedisSize;

  beforeAll(
    async () => {
      const redis = keep(await startRedis());
      const archive = keep(await HangingServer.start());
      scene = keep(
        await AttackedNode.start('given', {
          hasDefaultLimits: true,
          healthyPerSec,
          environment: {
            REDIS_URL: redis.serviceUrl,
            PLENUM_ADMIN_PORT: '0',
            PLENUM_ARCHIVE_URL: `postgres://plenum@127.0.0.1:${archive.port}/none`,
          },
        }),
      );
      const pairs = [scene.healthy];
      for (const name of ['healthy:b', 'healthy:c'])
        pairs.push(keep(await HealthyPair.start(scene.node.url, name, healthyPerSec)));
      before = await redisSize(redis.url);
      const siege = keep(await Siege.begin(scene, pairs));
      report = await siege.goOn(minutes * 60_000);
      after = await redisSize(redis.url);
      process.stdout.write(`${lineOf(report, { scene, before, after })}\n`);
    },
    minutes * 60_000 + 180_000,
  );
  afterAll(async () => {
    for (const one of started) await one[Symbol.asyncDispose]();
  });

  const bucket = ({ burst, perSec }: { readonly burst: number; readonly perSec: number }) =>
    burst + Math.ceil(perSec * (report.seconds + 5));
  const count = (kind: FloodKind, what: string): number => report.floods.counts[`${kind}.${what}`] ?? 0;

  test('the node lives, within 512 MB, and says nothing of a bug', () => {
    expect(scene.rss, scene.node.command.output.slice(-4000)).toBeGreaterThan(0);
    expect(report.rssPeak).toBeLessThan(memoryMax);
    expect(errorLines(scene.node.command.lines)).toEqual([]);
  });

  test('the healthy clients get every message once and in order, and stay connected', () => {
    expect(report.health.faults).toEqual([]);
    expect(report.health.sent).toBeGreaterThan(3 * 2 * healthyPerSec * report.seconds * 0.5);
    expect(report.health.arrived).toBeGreaterThanOrEqual(2 * report.health.sent);
  });

  test.runIf(isTimed)('99 of 100 messages of the healthy clients arrive in time', () => {
    expect(report.health.p99Ms).toBeLessThan(p99MaxMs + report.health.ownP99Ms);
  });

  test('every peer has done its harm, again and again', () => {
    expect(report.peers.size).toBe(8);
    for (const [name, { rounds, counts, errors }] of report.peers) {
      expect(errors, name).toEqual([]);
      expect(rounds, name).toBeGreaterThan(0);
      for (const [what, done] of Object.entries(counts)) expect(done, `${name}: ${what}`).toBeGreaterThan(0);
    }
    expect(report.floods).toMatchObject({ rounds: 1, errors: [] });
  });

  test.each(['bans', 'settings', 'over HTTP', 'messages'] as const)(
    '%s are done as often as the bucket of their user and group has it, and no more often',
    (kind) => {
      expect(count(kind, 'rate_limited')).toBeGreaterThan(0);
      expect(count(kind, 'done')).toBeGreaterThan(limits.change.burst);
      expect(count(kind, 'done')).toBeLessThanOrEqual(bucket(limits.change));
    },
  );

  test.each(['mutes', 'roles'] as const)('%s that follow each other are done within the bucket', (kind) => {
    expect(count(kind, 'done')).toBeGreaterThan(limits.change.burst);
    expect(count(kind, 'done')).toBeLessThanOrEqual(bucket(limits.change));
  });

  test.each([
    ['new groups', 1],
    // Each is made and deleted.
    ['groups that come and go', 2],
    ['visits', 1],
  ] as const)(
    '%s are done as often as the membership bucket of their user has it, and no more often',
    (kind, times) => {
      expect(count(kind, 'rate_limited')).toBeGreaterThan(0);
      expect(count(kind, 'done')).toBeGreaterThanOrEqual(times * limits.membership.burst - 2);
      expect(count(kind, 'done')).toBeLessThanOrEqual(times * bucket(limits.membership));
    },
  );

  test('groups of one user and the entries that wait for the archive are bounded', () => {
    expect(count('new groups', 'done')).toBeLessThanOrEqual(limits.groupsPerUser);
    expect(count('messages', 'done')).toBeLessThanOrEqual(limits.roomQueue);
  });

  test('typing is pushed within its bucket, and marks take no memory', () => {
    expect(count('typing', 'done')).toBeGreaterThanOrEqual(limits.typing.burst);
    expect(count('typing', 'done')).toBeLessThanOrEqual(bucket(limits.typing));
    expect(count('marks', 'done')).toBeGreaterThan(limits.change.burst);
  });

  test('what has to be refused is refused each time', () => {
    expect(count('no text', 'asked')).toBeGreaterThan(limits.change.burst);
    expect(count('no text', 'invalid_content')).toBe(count('no text', 'asked'));
    expect(count('refused changes', 'asked')).toBeGreaterThan(limits.change.burst);
    expect(count('refused changes', 'done')).toBe(0);
  });

  test('Redis holds what was accepted, and nothing of what was refused', () => {
    const kinds = Object.keys(report.floods.counts).filter((name) => name.endsWith('.done'));
    const done = kinds.reduce((sum, name) => sum + (report.floods.counts[name] ?? 0), 0);
    const stored = done - count('marks', 'done') - count('typing', 'done') + report.health.sent;
    // A request id for each, and the keys of each group.
    expect(after.keys - before.keys).toBeLessThan(200 + stored + 10 * count('new groups', 'done'));
    // The pages once, and up to two copies of what was sent: in the log, and for the archive.
    expect(after.bytes - before.bytes).toBeLessThan(48 * 1024 * 1024 + 2 * 6000 * stored);
  });

  test('the memory comes back', () => expectMemoryBack(scene), 120_000);
});

interface Sizes {
  readonly scene: AttackedNode;
  readonly before: RedisSize;
  readonly after: RedisSize;
}

function lineOf({ seconds, waves, peers, floods, health, rssPeak }: SiegeReport, sizes: Sizes): string {
  const mib = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
  const ms = (time: number) => `${Math.round(time)} ms`;
  const { scene, before, after } = sizes;
  const countsOf = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(' ');
  const harm = [...peers].map(([name, { rounds, counts }]) => `${name} ${rounds}x ${countsOf(counts)}`);
  const asked = Object.entries(floods.counts).filter(([name]) => name.endsWith('.asked'));
  const requests = asked.reduce((sum, [, count]) => sum + count, 0);
  const slow = [...waves].sort((one, other) => other.p99Ms - one.p99Ms).slice(0, 3);
  return [
    `siege: ${Math.round(seconds)} s, ${waves.length} waves; ${health.sent} healthy messages, ${health.faults.length} faults, p99 ${ms(health.p99Ms)} (own ${ms(health.ownP99Ms)})`,
    `memory ${mib(scene.baselineRss)}, at most ${mib(rssPeak)}; Redis ${before.keys} to ${after.keys} keys, ${mib(before.bytes)} to ${mib(after.bytes)}`,
    `${requests} requests of floods; ${harm.join('; ')}`,
    `slowest waves: ${slow.map((wave) => `${wave.peers.join('+')} ${ms(wave.p99Ms)}`).join('; ')}; a newcomer is connected after ${ms(Math.max(...waves.map(({ connectMs }) => connectMs)))} at most`,
  ].join('\n  ');
}
