/**
 * The scene of an attack: a node process with a small heap, two healthy clients that send without pause, and the memory of
 * the process. Whatever a peer does, the node lives, the healthy clients notice nothing, and the memory comes back.
 */
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { eventually } from '@plenum/testkit';
import { expect } from 'vitest';
import { ServedNode } from '../support/cluster/served-node.ts';
import { type EngineName, nodeSettings } from '../support/cluster/service.ts';
import { tokenOf } from '../support/wire/http.ts';
import { HealthyPair } from './healthy-pair.ts';
import type { Peer, Target } from './peer.ts';
import { warmUp } from './warm-up.ts';

const heapMb = 400;
/** Its line at the end of a collection is `collected`. */
const collectGarbage = new URL('collect-garbage.js', import.meta.url).href;
const collected = 'garbage collected';
/** From sending a message to its arrival, while the attack lasts; besides what the machine let the clients wait. */
export const p99MaxMs = 250;
/** After the attack, of the memory before it. */
const rssGrowthMax = 1.2;
const recovery = { timeoutMs: 30_000, everyMs: 500 };
const defaultForMs = 5000;

export interface AttackedNodeOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** True: the limits of users are those that a node has by default. Others are fast, so that one attack is measured alone. */
  readonly hasDefaultLimits?: boolean;
  /** Messages a second of each healthy client; default 20. */
  readonly healthyPerSec?: number;
}

export class AttackedNode implements AsyncDisposable {
  readonly node: ServedNode;
  readonly healthy: HealthyPair;
  /** Bytes in ordinary use, before the first attack: warmed up, with the garbage that V8 has not collected yet. */
  readonly baselineRss: number;

  private constructor(node: ServedNode, healthy: HealthyPair, baselineRss: number) {
    this.node = node;
    this.healthy = healthy;
    this.baselineRss = baselineRss;
  }

  static async start(engine: EngineName | 'given', options: AttackedNodeOptions = {}): Promise<AttackedNode> {
    const node = await ServedNode.start(engine, {
      ...(options.hasDefaultLimits === true ? {} : nodeSettings),
      NODE_OPTIONS: `--max-old-space-size=${heapMb} --import=${collectGarbage}`,
      // The C library gives freed blocks back at once, instead of keeping those of up to 32 MB for later.
      MALLOC_MMAP_THRESHOLD_: '131072',
      MALLOC_TRIM_THRESHOLD_: '131072',
      // The log of the healthy clients' group is no part of what is measured.
      PLENUM_HISTORY_MAX_ENTRIES: '200',
      ...options.environment,
    });
    try {
      const healthy = await HealthyPair.start(node.url, 'healthy', options.healthyPerSec);
      await warmUp(targetOf(node, new AbortController().signal));
      await healthy.report();
      return new AttackedNode(node, healthy, rssOf(node.command.pid));
    } catch (error) {
      await node[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Bytes. @throws when the process is gone */
  get rss(): number {
    return rssOf(this.node.command.pid);
  }

  target(signal: AbortSignal): Target {
    return targetOf(this.node, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.healthy[Symbol.asyncDispose]();
    await this.node[Symbol.asyncDispose]();
  }
}

export interface AttackOptions {
  /** The peer is asked to end after this long; default 5 s. */
  readonly forMs?: number;
  /** False: what is tried is nonsense, and how soon the healthy clients are served is no part of it. */
  readonly isTimed?: boolean;
}

export interface Attacked<T> {
  /** Of the peer. */
  readonly result: T;
  /** Bytes: the most that was seen during the attack. */
  readonly rssPeak: number;
}

/**
 * Lets the peer loose on the node, and checks all that must hold during the attack and after it. An attack in which the healthy
 * clients were served late is made once more, since a pause of the machine is not the node's: it must not be so twice.
 */
export async function attack<T>(
  scene: AttackedNode,
  peer: Peer<T>,
  { forMs = defaultForMs, isTimed = true }: AttackOptions = {},
): Promise<Attacked<T>> {
  const first = await attackOnce(scene, peer, forMs);
  if (!isTimed || first.lateMs <= 0) return first;
  const second = await attackOnce(scene, peer, forMs);
  expect(second.lateMs, `ms above the limit, after ${first.lateMs} at the first try`).toBeLessThanOrEqual(0);
  return second;
}

/** `lateMs`: how far the healthy clients' p99 is above its limit; negative: below. */
async function attackOnce<T>(
  scene: AttackedNode,
  peer: Peer<T>,
  forMs: number,
): Promise<Attacked<T> & { readonly lateMs: number }> {
  await scene.healthy.report();
  let rssPeak = 0;
  const sampling = setInterval(() => {
    rssPeak = Math.max(rssPeak, rssOrNone(scene.node.command.pid));
  }, 50);
  try {
    const signal = AbortSignal.timeout(forMs);
    // One for each connection of the peer.
    setMaxListeners(0, signal);
    const result = await peer(scene.target(signal));
    return { result, rssPeak, lateMs: await expectHealthy(scene) };
  } finally {
    clearInterval(sampling);
  }
}

/** The node lives, said nothing of a bug, served the healthy clients throughout, and gives its memory back. */
async function expectHealthy(scene: AttackedNode): Promise<number> {
  expect(rssOrNone(scene.node.command.pid), scene.node.command.output.slice(-4000)).toBeGreaterThan(0);
  const { faults, p99Ms, ownP99Ms, sent, arrived } = await scene.healthy.report();
  expect(faults).toEqual([]);
  expect(sent).toBeGreaterThan(0);
  expect(arrived).toBeGreaterThanOrEqual(sent);
  expect(errorLines(scene.node.command.lines)).toEqual([]);
  await expectMemoryBack(scene);
  return p99Ms - p99MaxMs - ownP99Ms;
}

/** After the attack the node needs no more than before, once what nothing refers to is collected. */
export const expectMemoryBack = (scene: AttackedNode): Promise<void> =>
  eventually(async () => {
    const growth = (await rssWithoutGarbage(scene.node)) / scene.baselineRss;
    expect(growth, 'memory after the attack').toBeLessThan(rssGrowthMax);
  }, recovery);

const errorLevel = 50;

/** Lines of level `error` and above. */
export function errorLines(lines: readonly string[]): string[] {
  return lines.filter((line) => Number(line.match(/^\{"level":(\d+)/)?.[1] ?? 0) >= errorLevel);
}

function targetOf(node: ServedNode, signal: AbortSignal): Target {
  const [, adminUrl = null] = node.command.output.match(/"adminUrl":"([^"]+)"/) ?? [];
  return { url: node.url, adminUrl, signal, tokenOf: (userId) => tokenOf(userId) };
}

/** Bytes, after a collection as under low memory. */
async function rssWithoutGarbage({ command }: ServedNode): Promise<number> {
  const collections = () => command.lines.filter((line) => line === collected).length;
  const before = collections();
  command.signal('SIGUSR2');
  await eventually(() => expect(collections()).toBeGreaterThan(before));
  return rssOf(command.pid);
}

export function rssOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(status.match(/^VmRSS:\s+(\d+) kB$/m)?.[1]) * 1024;
}

/** @returns 0 when the process is gone, even before its parent has learned of it. */
function rssOrNone(pid: number): number {
  try {
    return rssOf(pid) || 0;
  } catch {
    return 0;
  }
}
