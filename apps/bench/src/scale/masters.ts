/** A Redis Cluster gets another master, which takes its share of the slots while members talk: nothing may be missing. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ClusterSet } from '@plenum/testkit';
import type { Fault } from '../faults/fault.ts';
import { urlOf } from '../processes/child-process.ts';
import { plenumScript, startPlenumNode, tokenSignedWith } from '../systems/plenum-system.ts';
import { verifySystem } from '../verify/verification.ts';
import { failuresOf } from '../verify/verify-report.ts';
import { figure, type Scale, type ScaleOptions, type ScaleResult } from './scale.ts';

const nodeCount = 3;
const seconds = 30;
const groups = 40;
const membersPerGroup = 6;
const ratePerSec = 0.5;
const slotCount = 16_384;

async function run({ count, onProgress }: ScaleOptions): Promise<ScaleResult> {
  const cluster = await ClusterSet.start({ masters: count - 1 });
  const secret = randomBytes(32).toString('hex');
  const nodes = Array.from({ length: nodeCount }, () =>
    startPlenumNode({ script: plenumScript, redisUrl: cluster.url, secret }),
  );
  try {
    const urls = await Promise.all(nodes.map(urlOf));
    const growing = growthOf(cluster, onProgress);
    const verification = await verifySystem({
      system: { urls, token: tokenSignedWith(secret) },
      ...{ groups, membersPerGroup, seconds, ratePerSec, changesPerSec: 0.1 },
      during: [growing],
      runId: randomBytes(4).toString('hex'),
      onProgress: (what) => onProgress(`  ${what}`),
    });
    return {
      figures: [
        figure('masters before', count - 1),
        figure('masters after', (await cluster.masters()).length),
        figure('slots moved', growing.moved()),
        figure('moved in', growing.tookMs() / 1000, 's'),
        figure('messages acknowledged meanwhile', verification.acked),
        figure('violations (lost, duplicated, reordered, …)', verification.violations.length),
      ],
      failures: failuresOf(verification),
    };
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
    await cluster.stop();
  }
}

interface Growth extends Fault {
  moved(): number;
  tookMs(): number;
}

/** The new master takes as many slots from each of the others. */
function growthOf(cluster: ClusterSet, onProgress: (what: string) => void): Growth {
  let [moved, tookMs] = [0, 0];
  return {
    description: 'another master joins',
    startsAt: 0.1,
    moved: () => moved,
    tookMs: () => tookMs,
    inject: async () => {
      const startMs = performance.now();
      const givers = await cluster.masters();
      const taker = await cluster.addMaster();
      const share = Math.floor(slotCount / (givers.length + 1) / givers.length);
      for (const giver of givers) {
        onProgress(`  ${share} slots of the master on port ${giver.port} …`);
        const slots = await cluster.slotsOf(giver);
        for (const slot of slots.slice(0, share)) {
          await cluster.moveSlot(slot, giver, taker);
          moved += 1;
        }
      }
      tookMs = performance.now() - startMs;
      // Members send for a while behind the last move.
      await pause(2000);
      return null;
    },
  };
}

export const masters: Scale = {
  title: 'Masters of a Redis Cluster, one of them added under load',
  count: 4,
  run,
};
