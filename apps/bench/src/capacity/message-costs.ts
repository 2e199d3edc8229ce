/**
 * Measures the CPU of a message: at the node of its sender, at each further node that receives it, for each socket that gets it,
 * and in Redis. Loads that differ in one of these give the costs by difference.
 */

import { parseShape } from '../rounds/layout.ts';
import type { Bench } from '../rounds/load-round.ts';
import { loadRound } from '../rounds/load-round.ts';
import { hasFaults } from '../rounds/round-figures.ts';
import { plenumSystem } from '../systems/plenum-system.ts';
import type { CapacityFigures } from './figures.ts';

type MessageCosts = {
  readonly node: Pick<CapacityFigures['node'], 'usPerMessage' | 'usPerReception' | 'usPerDelivery'>;
  readonly redis: Pick<CapacityFigures['redis'], 'usPerMessage' | 'usPerReception'>;
};

/** Messages per second: far below what saturates a node, so that batches do not hide what one message costs. */
const ratePerSec = 250;
const small = parseShape('10x10');
const large = parseShape('10x100');
const nodesApart = 3;

/** @throws Error if a message was lost, doubled or out of order: then the costs are of something else */
export async function messageCosts(bench: Bench): Promise<MessageCosts> {
  const costOf = async (shape: typeof small, nodeCount: number) => {
    const round = { shape, load: { kind: 'open', ratePerSec } as const };
    const figures = await loadRound(plenumSystem({}), { ...bench, nodeCount }, round);
    if (hasFaults(figures.faults))
      throw new Error(figures.faults.firstProblem ?? 'a message was lost, doubled or out of order');
    return { nodeUs: figures.nodeCpuUsPerMessage ?? 0, redisUs: figures.redisCpuUsPerMessage ?? 0 };
  };
  const few = await costOf(small, 1);
  const many = await costOf(large, 1);
  const apart = await costOf(small, nodesApart);
  return costsByDifference({ few, many, apart });
}

interface Cost {
  readonly nodeUs: number;
  readonly redisUs: number;
}

/** A difference below zero is noise: as a constant it would make large groups free. */
export function costsByDifference(of: Readonly<Record<'few' | 'many' | 'apart', Cost>>): MessageCosts {
  const { few, many, apart } = of;
  const moreReceivers = large.membersPerGroup - small.membersPerGroup;
  const usPerDelivery = Math.max(0, many.nodeUs - few.nodeUs) / moreReceivers;
  return {
    node: {
      usPerDelivery,
      usPerMessage: few.nodeUs - usPerDelivery * small.membersPerGroup,
      usPerReception: Math.max(0, apart.nodeUs - few.nodeUs) / (nodesApart - 1),
    },
    redis: {
      usPerMessage: few.redisUs,
      usPerReception: Math.max(0, apart.redisUs - few.redisUs) / (nodesApart - 1),
    },
  };
}
