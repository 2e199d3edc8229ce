/**
 * Rendezvous hashing: every node computes the preferred owner of a partition from the set of live nodes alone. A new
 * node takes an equal share from all others, and a node that leaves gives its partitions to all others; no other
 * partition moves.
 */
import { hash } from 'node:crypto';
import { PARTITION_COUNT } from '../partitions.ts';

/** 64 bits as two unsigned words. */
interface Words {
  readonly high: number;
  readonly low: number;
}
interface Candidate extends Words {
  readonly nodeId: string;
}

const seedOf = (nodeId: string): Candidate => {
  const digest = hash('sha256', nodeId, 'buffer');
  return { nodeId, high: digest.readUInt32BE(0), low: digest.readUInt32BE(4) };
};

/** The finalizer of MurmurHash3: every bit of the input moves about half of the output. */
function mix(word: number): number {
  let mixed = word;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** The score of a node for a partition; the highest score wins. */
function score({ high, low }: Words, partition: number): Words {
  const inner = mix(low ^ Math.imul(partition + 1, 0x9e3779b1));
  const outer = mix(high ^ inner);
  return { high: outer, low: mix(inner ^ Math.imul(outer, 0x27d4eb2f)) };
}

const isAbove = (one: Words, other: Words): boolean =>
  one.high === other.high ? one.low > other.low : one.high > other.high;

function best(candidates: readonly Candidate[], partition: number): string | null {
  let winner: { readonly nodeId: string; readonly score: Words } | null = null;
  for (const candidate of candidates) {
    const own = score(candidate, partition);
    if (winner === null || isAbove(own, winner.score)) winner = { nodeId: candidate.nodeId, score: own };
  }
  return winner?.nodeId ?? null;
}

/** Sorted, so that on a tie (64 equal bits) the smaller id wins. */
const candidatesOf = (nodeIds: Iterable<string>): readonly Candidate[] =>
  [...new Set(nodeIds)].sort().map(seedOf);

/** @returns the preferred owner; null without nodes. */
export const ownerOf = (partition: number, nodeIds: Iterable<string>): string | null =>
  best(candidatesOf(nodeIds), partition);

/** @returns the preferred owner of every partition, by its number; null without nodes. */
export function ownersOf(nodeIds: Iterable<string>): readonly (string | null)[] {
  const candidates = candidatesOf(nodeIds);
  return Array.from({ length: PARTITION_COUNT }, (_, partition) => best(candidates, partition));
}
