/**
 * Whom to cut when more waits than may. Example: the process may hold 64 MiB, a user with 40 unread pages holds 40 and a
 * user with one holds 1 beside 30 such users. The connections of the first user end, one after the other, until 64 MiB
 * are left; the other users notice nothing.
 */
import type { UserId } from '@plenum/protocol';

/** What one connection holds of the memory of the process. */
export interface Waiting {
  readonly bytes: number;
  /** Null: not known yet. */
  readonly userId: UserId | null;
  readonly address: string;
  /** Its peer had the time to read, and has not. */
  readonly isRipe: boolean;
}

/** Bytes. */
export interface UnreadBounds {
  readonly perConnection: number;
  readonly perUser: number;
  readonly perAddress: number;
  readonly perProcess: number;
}

/** Which bound was passed; `time`: nothing was read for too long. */
export type CutScope = 'connection' | 'user' | 'address' | 'process' | 'time';

export interface Cut<W> {
  readonly of: W;
  readonly scope: CutScope;
}

/** Of one bound: the process, a user or an address. */
class Share<W extends Waiting> {
  readonly left: W[] = [];
  bytes = 0;

  add(waiting: W): void {
    this.left.push(waiting);
    this.bytes += waiting.bytes;
  }

  /** Cuts the largest connection first, of equal ones the oldest, until the rest fits. */
  *over(bound: number): Generator<W> {
    if (this.bytes <= bound) return;
    const ripe = this.left.filter(({ isRipe }) => isRipe).sort((one, other) => other.bytes - one.bytes);
    for (const worst of ripe) {
      this.bytes -= worst.bytes;
      yield worst;
      if (this.bytes <= bound) return;
    }
  }
}

function sharesBy<W extends Waiting, K>(all: Iterable<W>, keyOf: (waiting: W) => K | null): Share<W>[] {
  const shares = new Map<K, Share<W>>();
  for (const waiting of all) {
    const key = keyOf(waiting);
    if (key === null) continue;
    const share = shares.get(key) ?? new Share<W>();
    shares.set(key, share);
    share.add(waiting);
  }
  return [...shares.values()];
}

/** @param all the oldest first. @returns each connection once, in the order in which they are to be cut. */
export function worstFirst<W extends Waiting>(all: readonly W[], bounds: UnreadBounds): Cut<W>[] {
  const cuts: Cut<W>[] = [];
  const left = new Set(all);
  const cut = (of: W, scope: CutScope) => {
    if (left.delete(of)) cuts.push({ of, scope });
  };
  for (const waiting of all) {
    if (waiting.isRipe && waiting.bytes > bounds.perConnection) cut(waiting, 'connection');
  }
  for (const share of sharesBy(left, ({ userId }) => userId))
    for (const worst of [...share.over(bounds.perUser)]) cut(worst, 'user');
  for (const share of sharesBy(left, ({ address }) => address))
    for (const worst of [...share.over(bounds.perAddress)]) cut(worst, 'address');
  for (const worst of overProcess(left, bounds.perProcess)) cut(worst, 'process');
  return cuts;
}

/** When the process is full, enough is freed for the reads of others. */
const freedShare = 1 / 4;

/** The connections of the largest holder go first: a peer gains nothing by spreading its bytes over many of them. */
function overProcess<W extends Waiting>(all: ReadonlySet<W>, bound: number): W[] {
  let bytes = 0;
  for (const waiting of all) bytes += waiting.bytes;
  if (bytes < bound) return [];
  const target = bound * (1 - freedShare);
  const shares = sharesBy(all, ({ userId, address }) => (userId === null ? `@${address}` : userId));
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
