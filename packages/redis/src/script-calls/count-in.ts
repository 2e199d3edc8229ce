/** Counts one set or stream in each of many partitions, with one command per 32 partitions of a server. */
import { countEntries, isRefusedScript } from './partition-scripts.ts';
import type { ScriptCalls } from './script-calls.ts';

export interface Counted {
  readonly type: 'set' | 'stream';
  readonly partitions: readonly number[];
  readonly keyOf: (partition: number) => string;
}

/** @throws PlenumError `unavailable` when a server cannot be reached */
export async function countIn(
  calls: ScriptCalls,
  { type, partitions, keyOf }: Counted,
): Promise<ReadonlyMap<number, number>> {
  const countAlone = (partition: number): Promise<number> =>
    calls.command((redis) => (type === 'set' ? redis.scard(keyOf(partition)) : redis.xlen(keyOf(partition))));
  const countSlice = async (slice: readonly number[]): Promise<readonly (readonly [number, number])[]> => {
    const values = { args: [type === 'set' ? 'SCARD' : 'XLEN'], keys: slice.map((one) => [keyOf(one)]) };
    const { details } = await calls.readMany(countEntries, values).catch((error: unknown) => {
      if (!isRefusedScript(error)) throw error;
      return { details: [] };
    });
    // A partition without a count is in a slot that moves to another server, or has a key of another type.
    return Promise.all(slice.map(async (one, at) => [one, details[at] ?? (await countAlone(one))] as const));
  };
  const counts = await Promise.all(calls.slices(partitions, keyOf).map(countSlice));
  return new Map(counts.flat());
}
