/**
 * What one delivery remembers of its line, so that no entry and no group at which the adapter fails blocks the groups
 * behind it. Nothing here is stored: the next owner of the partition finds it out again.
 */
import type { GroupId } from '@plenum/protocol';
import type { ArchiveEntry } from '../log/entry.ts';
import type { Clock } from '../ports/runtime.ts';
import type { Delivered } from './target.ts';

/** An entry that has failed alone: it is poison, or the adapter is down. Both look like a failed call. */
export interface PoisonEntry {
  readonly times: number;
  /** What the adapter had taken by its first failure. */
  readonly successes: number;
}

export type PoisonVerdict =
  /** It counts as refused. */
  | 'refuse'
  /** Nothing else has been tried: the next entry decides. */
  | 'probe'
  | 'wait';

export const failuresBeforeProbe = 2;

/**
 * Distinguishes a poison entry from an adapter that is down. Pure. Example: entry 7 fails alone twice. If the adapter has
 * taken any other entry since the first failure, entry 7 is to blame; if it has not, the next entry is tried (`probe`).
 * @param successes calls that the adapter has answered well, of whatever partition
 */
export function judgeFailure(
  known: PoisonEntry | undefined,
  successes: number,
): { readonly failed: PoisonEntry; readonly verdict: PoisonVerdict } {
  const failed = { times: (known?.times ?? 0) + 1, successes: known?.successes ?? successes };
  if (successes > failed.successes) return { failed, verdict: 'refuse' };
  return { failed, verdict: failed.times < failuresBeforeProbe ? 'wait' : 'probe' };
}

/** One may be a single entry that the adapter cannot digest. */
const failuresToTrouble = 2;

/**
 * Groups at whose entries the adapter fails one after the other, though it takes those of other groups. Their entries step
 * aside: at the head of the line each of them would cost every group behind it some failed calls.
 */
export class TroubledGroups {
  readonly #failures = new Map<GroupId, number>();

  /** The adapter fails at an entry of the group, which is to blame. */
  blame(groupId: GroupId): void {
    this.#failures.set(groupId, (this.#failures.get(groupId) ?? 0) + 1);
  }

  /** The adapter has answered at an entry of the group. */
  answered(groupId: GroupId): void {
    this.#failures.delete(groupId);
  }

  has(groupId: GroupId): boolean {
    return (this.#failures.get(groupId) ?? 0) >= failuresToTrouble;
  }
}

/** Entries that the adapter was offered before their turn, to find out whether it works at all. */
export class TakenAhead {
  /** By message id: true, or the page of members that comes next. */
  readonly #done = new Map<string, true | string>();

  note({ message_id: id }: ArchiveEntry, delivered: Delivered): void {
    // One that was refused is offered again in its turn, and then counts as refused.
    if (delivered.type === 'taken') {
      if (!delivered.refused.has(id)) this.#done.set(id, true);
    } else if (delivered.membersCursor !== null) this.#done.set(id, delivered.membersCursor);
  }

  isTaken({ message_id: id }: ArchiveEntry): boolean {
    return this.#done.get(id) === true;
  }

  /** The next page of the entry; null: not known. */
  pageOf({ message_id: id }: ArchiveEntry): string | null {
    const done = this.#done.get(id);
    return typeof done === 'string' ? done : null;
  }

  forget({ message_id: id }: ArchiveEntry): void {
    this.#done.delete(id);
  }
}

const reachFactor = 10;
const farLookEveryMs = 5000;

/**
 * How far a round looks. Where one group fills a whole batch and the adapter fails at its head, an entry of another group
 * may be further back: every 5 s a round reads ten batches. That is not free, so not each round of an outage does it.
 */
export class FarLook {
  readonly #clock: Clock;
  readonly #batchSize: number;
  #isWanted = false;
  #atMs = 0;

  constructor(clock: Clock, batchSize: number) {
    this.#clock = clock;
    this.#batchSize = batchSize;
  }

  /** Entries that the next round wants to see. */
  get reach(): number {
    const isFar = this.#isWanted && this.#clock.monotonicMs() >= this.#atMs;
    return this.#batchSize * (isFar ? reachFactor : 1);
  }

  /**
   * @param seen entries of this round
   * @param isWanted the adapter fails at the head of a full batch of one group
   * @param heldUpMs until the adapter is called again; a far look before that finds nothing out
   */
  looked(seen: number, isWanted: boolean, heldUpMs: number): void {
    const pauseMs = seen > this.#batchSize ? Math.max(farLookEveryMs, heldUpMs) : heldUpMs;
    this.#isWanted = isWanted;
    this.#atMs = Math.max(this.#atMs, this.#clock.monotonicMs() + pauseMs);
  }
}
