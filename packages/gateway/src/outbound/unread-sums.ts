/**
 * The unread bytes of one worker for those that share its budget: in all, and by user and address where they are many.
 * Example: of two workers each holds 20 MiB for one address; its bound is 32 MiB, so each frees a fifth of its part.
 */

interface Held {
  readonly bytes: number;
  readonly userId: string | null;
  readonly address: string;
}

export interface UnreadSums {
  readonly bytes: number;
  /** The bytes of each process. */
  readonly each: readonly number[];
  readonly users: ReadonlyMap<string, number>;
  readonly addresses: ReadonlyMap<string, number>;
}

export const noUnread: UnreadSums = { bytes: 0, each: [], users: new Map(), addresses: new Map() };

/** How a process reports what it holds, and learns what the others do. */
export interface UnreadSharing {
  /** The number of processes that share one budget, this one included. */
  readonly workers: number;
  /** The sums over the other processes, at most some hundred milliseconds old. */
  readonly others: () => UnreadSums;
  readonly report: (own: UnreadSums) => void;
}

/** The part of a user's or an address' bound that falls to a process: all of it while all are within it, later by what each holds. */
export const ownPart = (bound: number, ownBytes: number, othersBytes: number): number =>
  ownBytes + othersBytes <= bound ? bound : (bound * ownBytes) / (ownBytes + othersBytes);

/**
 * The level to which the processes with the most bytes have to come down, so that all together hold the bound: a
 * process with few bytes frees none for another one. Example: 10, 50 and 90 within 100 come down to 45.
 */
export function levelOf(bound: number, ownBytes: number, each: readonly number[]): number {
  let left = bound;
  const ascending = [ownBytes, ...each].sort((one, other) => one - other);
  for (const [i, bytes] of ascending.entries()) {
    const level = left / (ascending.length - i);
    if (bytes > level) return level;
    left -= bytes;
  }
  return bound;
}

/** @param smallest users and addresses with fewer bytes are left out */
export function sumsOf(all: Iterable<Held>, bytes: number, smallest: number): UnreadSums {
  const users = new Map<string, number>();
  const addresses = new Map<string, number>();
  for (const held of all) {
    if (held.userId !== null) add(users, held.userId, held.bytes);
    add(addresses, held.address, held.bytes);
  }
  const large = (sums: ReadonlyMap<string, number>) =>
    new Map([...sums].filter(([, sum]) => sum >= smallest));
  return { bytes, each: [bytes], users: large(users), addresses: large(addresses) };
}

function add(sums: Map<string, number>, key: string, bytes: number): void {
  sums.set(key, (sums.get(key) ?? 0) + bytes);
}

/** @returns the sums over several processes */
export function addSums(all: readonly UnreadSums[]): UnreadSums {
  const users = new Map<string, number>();
  const addresses = new Map<string, number>();
  let bytes = 0;
  for (const sums of all) {
    bytes += sums.bytes;
    for (const [key, sum] of sums.users) add(users, key, sum);
    for (const [key, sum] of sums.addresses) add(addresses, key, sum);
  }
  return { bytes, each: all.flatMap(({ each }) => each), users, addresses };
}
