/**
 * Decides which connections to cut when more bytes wait than may. Example: the process may hold 64 MiB; one user with
 * 40 unread pages holds 40 MiB, and 30 users with one page hold 1 MiB each. The first user's connections are cut, one
 * after the other, until the process is below its limit; the other users notice nothing.
 */
import type { UserId } from '@plenum/protocol';
import { levelOf, noUnread, ownPart, type UnreadSums } from './unread-sums.ts';

/** The bytes that wait for one connection. */
export interface Waiting {
  readonly bytes: number;
  /** Null: no user is admitted yet. */
  readonly userId: UserId | null;
  readonly address: string;
  /** True if the peer had the time to read and did not. */
  readonly isRipe: boolean;
}

/** Limits, in bytes. */
export interface UnreadBounds {
  readonly perConnection: number;
  readonly perUser: number;
  readonly perAddress: number;
  readonly perProcess: number;
}

/** Which limit was exceeded; `time`: the peer read nothing for too long. */
export type CutScope = 'connection' | 'user' | 'address' | 'process' | 'time';

export interface Cut<W> {
  readonly of: W;
  readonly scope: CutScope;
}

/** The connections under one limit: of the process, a user or an address. */
class Share<W extends Waiting> {
  readonly left: W[] = [];
  bytes = 0;

  add(waiting: W): void {
    this.left.push(waiting);
    this.bytes += waiting.bytes;
  }

  /**
   * Yields the connections to cut until the rest is within the limit: the largest first; of equal ones, the oldest.
   * @param othersBytes what other processes hold under the same limit
   */
  *over(all: number, othersBytes = 0): Generator<W> {
    const bound = ownPart(all, this.bytes, othersBytes);
    if (this.bytes <= bound) return;
    const ripe = this.left.filter(({ isRipe }) => isRipe).sort((one, other) => other.bytes - one.bytes);
    for (const worst of ripe) {
      this.bytes -= worst.bytes;
      yield worst;
      if (this.bytes <= bound) return;
    }
  }
}

function sharesBy<W extends Waiting, K>(all: Iterable<W>, keyOf: (waiting: W) => K | null): Map<K, Share<W>> {
  const shares = new Map<K, Share<W>>();
  for (const waiting of all) {
    const key = keyOf(waiting);
    if (key === null) continue;
    const share = shares.get(key) ?? new Share<W>();
    shares.set(key, share);
    share.add(waiting);
  }
  return shares;
}

/**
 * @param all all connections of this process, the oldest first
 * @param others what other processes hold under the same bounds
 * @returns the connections to cut, each once, in order
 */
export function worstFirst<W extends Waiting>(
  all: readonly W[],
  bounds: UnreadBounds,
  others: UnreadSums = noUnread,
): Cut<W>[] {
  const cuts: Cut<W>[] = [];
  const left = new Set(all);
  const cut = (of: W, scope: CutScope) => {
    if (left.delete(of)) cuts.push({ of, scope });
  };
  for (const waiting of all) {
    if (waiting.isRipe && waiting.bytes > bounds.perConnection) cut(waiting, 'connection');
  }
  for (const [userId, share] of sharesBy(left, (waiting) => waiting.userId))
    for (const worst of [...share.over(bounds.perUser, others.users.get(userId))]) cut(worst, 'user');
  for (const [address, share] of sharesBy(left, (waiting) => waiting.address))
    for (const worst of [...share.over(bounds.perAddress, others.addresses.get(address))])
      cut(worst, 'address');
  for (const worst of overProcess(left, bounds.perProcess, others)) cut(worst, 'process');
  return cuts;
}

/** The part of the process limit that is freed when it is reached, so that other reads can continue. */
const freedShare = 1 / 4;

/**
 * Cuts connections of the user (or address) with the most bytes first, so a peer gains nothing by many connections.
 */
function overProcess<W extends Waiting>(all: ReadonlySet<W>, bound: number, others: UnreadSums): W[] {
  let bytes = 0;
  for (const waiting of all) bytes += waiting.bytes;
  if (bytes + others.bytes < bound) return [];
  const target = levelOf(bound * (1 - freedShare), bytes, others.each);
  const shares = [
    ...sharesBy(all, ({ userId, address }) => (userId === null ? `@${address}` : userId)).values(),
  ];
  shares.sort((one, other) => other.bytes - one.bytes);
  const worst: W[] = [];
  for (const share of shares) {
    for (const waiting of share.over(Math.max(0, share.bytes - (bytes - target)))) {
      bytes -= waiting.bytes;
      worst.push(waiting);
    }
    if (bytes <= target) break;
  }
  return worst;
}
