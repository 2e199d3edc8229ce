/**
 * What a message costs in a cluster of many nodes: which nodes get it, what they spend on receiving it and on writing it to
 * devices, and how many messages nodes and shards can carry. Groups are placed by chance, shards by the tags of the keys.
 */
import { crc16, evenTags, numberedTags, PARTITION_COUNT, type PartitionTags } from '@plenum/core';
import type { CapacityFigures } from '../capacity/figures.ts';
import { type ClusterShape, drawsFor } from './cluster.ts';

export interface FanOutSettings extends ClusterShape {
  /** Connected members of a group. */
  readonly members: number;
  /** Part of its core that a process may use. */
  readonly cpu: number;
}

export interface FanOut {
  /** Nodes that get a message: by the formula, and in a drawn placement. */
  readonly receptions: number;
  readonly drawnReceptions: number;
  /** CPU of all nodes for one message, us, and the parts of it that go into receiving and into writing to devices. */
  readonly nodeUs: number;
  readonly receivingPart: number;
  readonly deliveringPart: number;
  /** CPU of the shard for one message, us. */
  readonly shardUs: number;
  /** Messages per second that all nodes together, and one shard, can carry. */
  readonly messagesOfNodes: number;
  readonly messagesOfShard: number;
  /** Shards from which on the nodes are what is exhausted first. */
  readonly shardsNeeded: number;
}

/** Groups that are placed for the mean. */
const placements = 20;
/** More throws than this hit every node. */
const throwsMax = 100_000;

export function fanOut(
  { nodes, members, cpu, seed }: FanOutSettings,
  { node, redis }: CapacityFigures,
): FanOut {
  const receptions = nodes * (1 - (1 - 1 / nodes) ** members);
  const receivingUs = (receptions - 1) * node.usPerReception;
  const deliveringUs = members * node.usPerDelivery;
  const nodeUs = node.usPerMessage + receivingUs + deliveringUs;
  const shardUs = redis.usPerMessage + (receptions - 1) * redis.usPerReception;
  const messagesOfNodes = (nodes * cpu * 1e6) / nodeUs;
  const messagesOfShard = (cpu * 1e6) / shardUs;
  return {
    ...{ receptions, nodeUs, shardUs, messagesOfNodes, messagesOfShard },
    drawnReceptions: drawnReceptions(nodes, members, drawsFor(seed, `placement ${nodes} ${members}`)),
    receivingPart: receivingUs / nodeUs,
    deliveringPart: deliveringUs / nodeUs,
    shardsNeeded: Math.ceil(messagesOfNodes / messagesOfShard),
  };
}

/** Mean over groups whose members choose nodes at random. */
function drawnReceptions(nodes: number, members: number, draw: () => number): number {
  let hit = 0;
  for (let group = 0; group < placements; group += 1) {
    const hosts = new Set<number>();
    for (let i = 0; i < Math.min(members, throwsMax) && hosts.size < nodes; i += 1)
      hosts.add(Math.floor(draw() * nodes));
    hit += hosts.size;
  }
  return hit / placements;
}

export interface ShardSpread {
  readonly shards: number;
  /** Shards that have a partition. */
  readonly used: number;
  /** Partitions of the shard that has most, and the mean. */
  readonly most: number;
  readonly mean: number;
}

const slotCount = 16_384;

/** Where the partitions lie in a Redis Cluster whose masters share the slots evenly, in order. */
export function shardSpread(shards: number, tags: PartitionTags): ShardSpread {
  const counts = new Map<number, number>();
  for (let partition = 0; partition < PARTITION_COUNT; partition += 1) {
    const slot = crc16(tags.tagOfPartition(partition).slice(1, -1)) % slotCount;
    const shard = Math.floor((slot * shards) / slotCount);
    counts.set(shard, (counts.get(shard) ?? 0) + 1);
  }
  return { shards, used: counts.size, most: Math.max(...counts.values()), mean: PARTITION_COUNT / shards };
}

/** The tags of a prefix that began on a Redis Cluster, and those of one that began on a single server. */
export const tagsOf = { cluster: evenTags, server: numberedTags } as const;
