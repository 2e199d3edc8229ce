/**
 * Both adapters of a cluster are down for a while and come back, under two groups that keep sending: a calm one, of which
 * less waits than a room may have waiting, and a busy one, whose room is full soon.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { CheckedTraffic } from '../cluster/checked-traffic.ts';
import type { DeliveryScene } from './delivery-scene.ts';

export interface OutageFigures {
  readonly downMs: number;
  readonly acksWhileDown: number;
  /** Codes of sends that were not acknowledged, each once. */
  readonly refusals: { readonly calm: readonly string[]; readonly busy: readonly string[] };
  /** How long sends of the calm group took while the adapters were down, ms. */
  readonly sendMs: { readonly median: number; readonly p99: number };
  /** Calls that were made in vain: of the archive by the node with most, of the webhook by all nodes. */
  readonly archiveCalls: number;
  readonly webhookCalls: number;
  /** Of the node that grew most between its first call in vain and its last one. */
  readonly heapGrowthBytes: number;
  /** Of Redis, from before to the end of it. */
  readonly redisGrowthBytes: number;
}

const names = (group: string, count: number) => Array.from({ length: count }, (_, i) => `${group}-${i}`);
const settleMs = 2000;

export interface AdapterOutage {
  readonly forMs: number;
  /** How the webhook is away: it does not answer, or with 503. The archive throws. */
  readonly webhook: 'hanging' | 'down';
}

/** Resolves when the adapters are back; what they have not got is still waiting for them. */
export async function adapterOutage(
  scene: DeliveryScene,
  traffic: CheckedTraffic,
  { forMs, webhook }: AdapterOutage,
): Promise<OutageFigures> {
  const { desk, receiver } = scene.sides;
  traffic.keepSending(await traffic.group('calm', names('calm', 2)), 'calm', { everyMs: 250 });
  const busy = await traffic.group('busy', names('busy', 3));
  await wait(settleMs);
  const [acksBefore, callsBefore, redisBefore] = [traffic.acks, receiver.calls, await redisBytes(scene)];
  const beganMs = performance.now();
  desk.set('archive', 'throwing');
  receiver.mood = webhook;
  traffic.keepSending(busy, 'busy', { everyMs: 10 });
  await wait(forMs);
  const redisGrowthBytes = (await redisBytes(scene)) - redisBefore;
  desk.set('archive', 'well');
  receiver.mood = 'well';
  const vain = desk.callsIn('archive', 'throwing');
  const nodes = [...new Set(vain.map(({ pid }) => pid))].map((pid) =>
    vain.filter((call) => call.pid === pid),
  );
  return {
    downMs: performance.now() - beganMs,
    acksWhileDown: traffic.acks - acksBefore,
    refusals: { calm: refusalsIn(traffic, 'calm'), busy: refusalsIn(traffic, 'busy') },
    sendMs: durationsIn(traffic, beganMs),
    archiveCalls: Math.max(...nodes.map((calls) => calls.length)),
    webhookCalls: receiver.calls - callsBefore,
    heapGrowthBytes: Math.max(...nodes.map((calls) => growthOf(calls.map(({ heapBytes }) => heapBytes)))),
    redisGrowthBytes,
  };
}

function refusalsIn(traffic: CheckedTraffic, groupId: string): readonly string[] {
  const codes = traffic.sendsTo(groupId).flatMap(({ answer }) => {
    if (answer.type === 'ack') return [];
    return [answer.type === 'refused' ? answer.code : 'unknown'];
  });
  return [...new Set(codes)];
}

function durationsIn(traffic: CheckedTraffic, sinceMs: number): OutageFigures['sendMs'] {
  const sorted = traffic
    .sendsTo('calm')
    .flatMap(({ times }) => (times === undefined || times.sentMs < sinceMs ? [] : [times]))
    .map(({ sentMs, answeredMs }) => answeredMs - sentMs)
    .toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), p99: at(0.99) };
}

function growthOf(weighed: readonly (number | null)[]): number {
  const bytes = weighed.filter((one) => one !== null);
  return (bytes.at(-1) ?? 0) - (bytes[0] ?? 0);
}

async function redisBytes({ cluster }: DeliveryScene): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await cluster.admin.info('memory'))?.[1]);
}
