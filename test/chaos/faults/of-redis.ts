/** Redis dies, falls silent, has no memory, no disk or another time, and drops its clients and scripts. */
import { mkdir, rename, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { appendedTo } from '../../support/cluster/aof-tail.ts';
import type { ChaosScene } from '../chaos-scene.ts';
import { afterFullDisk } from '../full-disk-repair.ts';
import { everywhere, type Fault } from './fault.ts';

const beatMs = 200;
/** `everysec` may have that much unsynced while one fsync still runs. */
const unsyncedMs = 2000;

async function repeatedly(times: number, everyMs: number, act: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    await act();
    await pause(everyMs);
  }
}

/** With the file of an RDB in the way every save fails, and Redis refuses writes. */
async function saveFails({ deployment }: ChaosScene, share: number): Promise<void> {
  const server = await deployment.master(share);
  const path = join(await deployment.folderOf(server), 'dump.rdb');
  const aside = `${path}.aside`;
  const hadOne = await rename(path, aside).then(
    () => true,
    () => false,
  );
  await mkdir(path);
  try {
    await deployment.ask(server, 'CONFIG', 'SET', 'save', '3600 1');
    await deployment.ask(server, 'BGSAVE');
    await pause(3000);
  } finally {
    await rm(path, { recursive: true });
    if (hadOne) await rename(aside, path);
    // The refusal ends with a save that succeeds, or with no saves at all.
    await deployment.ask(server, 'CONFIG', 'SET', 'save', '');
  }
}

export const faultsOfRedis: readonly Fault[] = [
  {
    name: 'redis: SIGKILL and restart',
    edge: 'redis',
    on: ['standalone'],
    async inject({ deployment }, { share }) {
      const server = await deployment.master(share);
      await server.kill();
      await pause(Math.round(share * 2000));
      await server.restart();
    },
  },
  {
    name: 'redis: AOF loses its tail, as by a loss of power',
    edge: 'redis',
    on: ['standalone'],
    losesMs: unsyncedMs,
    async inject({ deployment }, { share }) {
      const server = await deployment.master(share);
      const folder = await deployment.folderOf(server);
      const before = await appendedTo(folder);
      await pause(1000);
      await server.kill();
      const after = await appendedTo(folder);
      // In the middle of a command, too. A rewrite has begun another file: then nothing is cut.
      const keeps =
        after.path === before.path ? before.bytes + share * (after.bytes - before.bytes) : after.bytes;
      await truncate(after.path, Math.floor(keeps));
      await server.restart();
    },
  },
  {
    name: 'redis: SIGSTOP for 1 s',
    edge: 'redis',
    on: everywhere,
    async inject({ deployment }, { share }) {
      const server = await deployment.master(share);
      await server.pause();
      await pause(1000);
      await server.resume();
    },
  },
  {
    name: 'redis: SIGSTOP for 3 s',
    edge: 'redis',
    on: ['standalone'],
    async inject({ deployment }, { share }) {
      const server = await deployment.master(share);
      await server.pause();
      await pause(3000);
      await server.resume();
    },
  },
  {
    name: 'redis: SCRIPT FLUSH every 200 ms',
    edge: 'redis',
    on: everywhere,
    inject: ({ deployment }) => repeatedly(15, beatMs, () => deployment.askEach('SCRIPT', 'FLUSH')),
  },
  {
    name: 'redis: CLIENT KILL TYPE pubsub every second',
    edge: 'redis',
    on: everywhere,
    inject: ({ deployment }) =>
      repeatedly(4, 1000, () => deployment.askEach('CLIENT', 'KILL', 'TYPE', 'pubsub')),
  },
  {
    name: 'redis: CLIENT KILL TYPE normal every second',
    edge: 'redis',
    on: everywhere,
    inject: ({ deployment }) =>
      repeatedly(4, 1000, () => deployment.askEach('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')),
  },
  {
    name: 'redis: pub/sub buffers overflow under a frozen node',
    edge: 'redis',
    on: everywhere,
    async inject({ deployment, nodes }, { node }) {
      const limit = (bytes: string) =>
        deployment.askEach('CONFIG', 'SET', 'client-output-buffer-limit', `pubsub ${bytes}`);
      await limit('32kb 16kb 1');
      nodes.node(node).signal('SIGSTOP');
      await pause(3000);
      nodes.node(node).signal('SIGCONT');
      await limit('32mb 8mb 60');
    },
  },
  {
    name: 'redis: maxmemory reached',
    edge: 'redis',
    on: everywhere,
    async inject({ deployment }) {
      await deployment.askEach('CONFIG', 'SET', 'maxmemory', '1mb');
      await pause(3000);
      await deployment.askEach('CONFIG', 'SET', 'maxmemory', '0');
    },
  },
  {
    name: 'redis: saves fail (MISCONF)',
    edge: 'redis',
    on: everywhere,
    inject: (scene, { share }) => saveFails(scene, share),
  },
  {
    name: 'redis: disk of the AOF full',
    edge: 'redis',
    // A server of a Cluster ends itself when it cannot write nodes.conf.
    on: ['standalone', 'sentinel'],
    needs: 'disk',
    async inject({ disk, deployment }) {
      await disk?.fill();
      await pause(4000);
      await disk?.free();
      await Promise.all(deployment.servers.map((server) => afterFullDisk(server)));
    },
  },
  {
    name: 'redis: clock steps by a minute',
    edge: 'redis',
    on: everywhere,
    needs: 'clock',
    async inject({ redisClock }, { share }) {
      await redisClock.step(share < 0.5 ? -60 : 60);
      await pause(3000);
      await redisClock.step(0);
    },
  },
  {
    name: 'redis: garbage on the channel of a group',
    edge: 'redis',
    on: ['standalone', 'sentinel'],
    inject: (scene) =>
      repeatedly(5, beatMs, async () => {
        for (const garbage of [Buffer.from([0xc1]), '{', '[1,2', `${'['.repeat(5000)}`]) {
          await scene.deployment.ask(await scene.deployment.master(0), 'SPUBLISH', scene.channel, garbage);
        }
      }),
  },
];
