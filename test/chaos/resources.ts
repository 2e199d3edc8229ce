/** What the processes of a run hold, over time, and whether it grows without an end. */
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosScene } from './chaos-scene.ts';

export interface Figures {
  readonly atSec: number;
  /** Of each node, MiB. */
  readonly rssMib: readonly number[];
  /** Of each node: open files without the sockets of devices. */
  readonly files: readonly number[];
  /** Of all masters: keys that no time ends. */
  readonly keys: number;
  /** Of all masters: keys that end by themselves, such as answers for repeated requests. */
  readonly timedKeys: number;
  /** Of all masters. */
  readonly redisMib: number;
}

/** Live on the heap after a collection, of each node, MiB. */
export type Heaps = readonly number[];

const mib = 1024 * 1024;
/** Code that was not run before, and caches that were not full. */
const heapGrowthMib = 24;
/** Links to Redis and PostgreSQL that are opened when they are needed first. */
const fileGrowth = 24;
/** Leases, bans and the like of the moment, of which a run has few. */
const keyGrowth = 64;

const rounded = (bytes: number) => Math.round(bytes / mib);

async function processFigures(pid: number): Promise<{ readonly rssMib: number; readonly files: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kib = '0'] = /^VmRSS:\s+(\d+)/m.exec(status) ?? [];
  return { rssMib: rounded(Number(kib) * 1024), files: (await readdir(`/proc/${pid}/fd`)).length };
}

export async function measure({ nodes, deployment }: ChaosScene, sinceMs: number): Promise<Figures> {
  const ofNodes = await Promise.all(
    nodes.all.map(async (node) => {
      const { rssMib, files } = await processFigures(node.pid);
      return { rssMib, files: files - (await node.sockets()) };
    }),
  );
  const keyspaces = await Promise.all(
    (await deployment.masters()).map(async (server) => ({
      text: String(await deployment.ask(server, 'INFO', 'keyspace')),
      bytes: await deployment.figure(server, 'used_memory'),
    })),
  );
  let [keys, timedKeys, redisBytes] = [0, 0, 0];
  for (const { text, bytes } of keyspaces) {
    const [, all = '0', timed = '0'] = /keys=(\d+),expires=(\d+)/.exec(text) ?? [];
    keys += Number(all) - Number(timed);
    timedKeys += Number(timed);
    redisBytes += bytes;
  }
  return {
    atSec: Math.round((performance.now() - sinceMs) / 1000),
    rssMib: ofNodes.map(({ rssMib }) => rssMib),
    files: ofNodes.map(({ files }) => files),
    ...{ keys, timedKeys, redisMib: rounded(redisBytes) },
  };
}

export const heapsOf = ({ nodes }: ChaosScene): Promise<Heaps> =>
  Promise.all(nodes.all.map(async (_, node) => rounded(await nodes.heapOf(node))));

/** Measures until it is over; what cannot be measured while it is broken is left out. */
export async function keepMeasuring(
  scene: ChaosScene,
  { sinceMs, everyMs, isOver }: { sinceMs: number; everyMs: number; isOver: () => boolean },
): Promise<readonly Figures[]> {
  const all: Figures[] = [];
  while (!isOver()) {
    const limit = pause(everyMs).then(() => null);
    const figures = await Promise.race([measure(scene, sinceMs).catch(() => null), limit]);
    if (figures !== null) all.push(figures);
    await limit;
  }
  return all;
}

/** What both were measured of, in quiet: after the warm-up, and at the end. */
export interface Quiet {
  readonly figures: Figures;
  readonly heaps: Heaps;
}

/** @returns what has grown beyond what the bounds say */
export function growth(before: Quiet, after: Quiet): readonly string[] {
  const most = (values: readonly number[]) => Math.max(0, ...values);
  const compared: readonly (readonly [string, number, number, number])[] = [
    ['heap of a node, MiB', most(before.heaps), most(after.heaps), heapGrowthMib],
    ['open files of a node', most(before.figures.files), most(after.figures.files), fileGrowth],
    ['keys of Redis without an end', before.figures.keys, after.figures.keys, keyGrowth],
  ];
  return compared
    .filter(([, was, is, allowed]) => is > was + allowed)
    .map(([what, was, is, allowed]) => `${what}: ${was} became ${is}, and ${allowed} more are allowed`);
}
