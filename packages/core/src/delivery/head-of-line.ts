/**
 * Keeps an entry or group at which the adapter fails from blocking the groups behind it. The state is in memory only:
 * the next owner of the partition learns it again.
 */
import type { GroupId } from '@plenum/protocol';
import type { ArchiveEntry } from '../log/entry.ts';
import type { Clock } from '../ports/runtime.ts';
import type { Delivered } from './target.ts';

/**
 * An entry that failed alone. The entry may be the cause ("poison"), or the adapter is down: both look like a failed
 * call.
 */
interface PoisonEntry {
  readonly times: number;
  /** Successful calls of the adapter before the entry's first failure. */
  readonly successes: number;
}

type PoisonVerdict =
  /** The entry counts as refused. */
  | 'refuse'
  /** No other entry was accepted since: offer another entry, which decides. */
  | 'probe'
  | 'wait';

const failuresBeforeProbe = 2;

/**
 * Distinguishes a poison entry from an adapter that is down. Pure. Example: entry 7 fails alone twice. If the adapter
 * has accepted any other entry since the first failure, entry 7 is the cause; if not, another entry is offered
 * (`probe`).
 * @param successes calls that the adapter answered well, from any partition
 */
export function judgeFailure(
  known: PoisonEntry | undefined,
  successes: number,
): { readonly failed: PoisonEntry; readonly verdict: PoisonVerdict } {
  const failed = { times: (known?.times ?? 0) + 1, successes: known?.successes ?? successes };
  if (successes > failed.successes) return { failed, verdict: 'refuse' };
  return { failed, verdict: failed.times < failuresBeforeProbe ? 'wait' : 'probe' };
}

/** Entries that failed alone, until the cursor passes them or a retry of them is delivered. */
export class PoisonEntries {
  readonly #failed = new Map<string, PoisonEntry>();

  /** Counts one more failure of the entry. @param successes as of `judgeFailure` */
  judge({ message_id: id }: ArchiveEntry, successes: number): PoisonVerdict {
    const { failed, verdict } = judgeFailure(this.#failed.get(id), successes);
    this.#failed.set(id, failed);
    return verdict;
  }

  failuresOf({ message_id: id }: ArchiveEntry): number {
    return this.#failed.get(id)?.times ?? 0;
  }

  /** True if the adapter keeps failing at the entry, so that entries of other groups take turns with it. */
  isStuck(entry: ArchiveEntry): boolean {
    return this.failuresOf(entry) >= failuresBeforeProbe;
  }

  forget({ message_id: id }: ArchiveEntry): void {
    this.#failed.delete(id);
  }
}

/** One failure may be a single poison entry. */
const failuresToTrouble = 2;

/**
 * Groups at whose entries the adapter fails repeatedly, although it accepts those of other groups. Their entries are
 * postponed: at the head of the line, each would cost every group behind it some failed calls.
 */
export class TroubledGroups {
  readonly #failures = new Map<GroupId, number>();

  /** Counts a failure that an entry of the group caused. */
  blame(groupId: GroupId): void {
    this.#failures.set(groupId, (this.#failures.get(groupId) ?? 0) + 1);
  }

  /** The adapter has accepted an entry of the group: the count starts again. */
  answered(groupId: GroupId): void {
    this.#failures.delete(groupId);
  }

  has(groupId: GroupId): boolean {
    return (this.#failures.get(groupId) ?? 0) >= failuresToTrouble;
  }
}

/** Entries that were offered before their turn, to find out whether the adapter works. */
export class TakenAhead {
  /** Per message id: true if it is delivered; otherwise the next page of members. */
  readonly #done = new Map<string, true | string>();

  note({ message_id: id }: ArchiveEntry, delivered: Delivered): void {
    // A refused entry is offered again in its turn, and counts as refused then.
    if (delivered.type === 'taken') {
      if (!delivered.refused.has(id)) this.#done.set(id, true);
    } else if (delivered.membersCursor !== null) this.#done.set(id, delivered.membersCursor);
  }

  isTaken({ message_id: id }: ArchiveEntry): boolean {
    return this.#done.get(id) === true;
  }

  /** The next page of the entry; null: the first page. */
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
 * Decides how many entries a round reads. If one group fills a whole batch and the adapter fails at its head, an
 * entry of another group may come later: then a round reads ten batches, every 5 s at most, because that read is
 * expensive.
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

  /** How many entries the next round reads. */
  get reach(): number {
    const isFar = this.#isWanted && this.#clock.monotonicMs() >= this.#atMs;
    return this.#batchSize * (isFar ? reachFactor : 1);
  }

  /**
   * @param seen number of entries that this round read
   * @param isWanted the adapter fails at the head of a full batch of one group
   * @param heldUpMs time until the adapter is called again; a far look before that is useless
   */
  looked(seen: number, isWanted: boolean, heldUpMs: number): void {
    const pauseMs = seen > this.#batchSize ? Math.max(farLookEveryMs, heldUpMs) : heldUpMs;
    this.#isWanted = isWanted;
    this.#atMs = Math.max(this.#atMs, this.#clock.monotonicMs() + pauseMs);
  }
}
