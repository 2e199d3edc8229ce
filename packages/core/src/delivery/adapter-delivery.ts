/**
 * Delivers the entries that wait in one outbox to one adapter. It keeps in memory how many entries the adapter
 * accepted at a time, and which entries failed alone; everything that must survive a restart is in the commit of a
 * round.
 */
import type { ArchiveEntry } from '../log/entry.ts';
import type { DueRetry, OutboxBatch, OutboxEntry } from '../ports/outbox.ts';
import type { Random } from '../ports/runtime.ts';
import type { DeliverySettings } from './delivery-settings.ts';
import { FarLook, PoisonEntries, TakenAhead, TroubledGroups } from './head-of-line.ts';
import { Round } from './round.ts';
import { type Delivered, type OfferDeps, offer } from './target.ts';

/**
 * A round begins no first attempt after this time, and no retry after the same time again. What was delivered is
 * committed; the next round continues.
 */
const roundMs = 1000;
/** After this many failed retries, a round leaves the other retries for the next round. */
const retryFailuresMax = 2;
/** The reason of a dead letter at whose entry the adapter fails without a reason. */
const failedAlone = 'the adapter failed at this entry and took others';

export interface AdapterDeliveryDeps extends OfferDeps {
  readonly settings: DeliverySettings;
  readonly random: Random;
}

export interface BatchResult {
  readonly round: Round;
  /** How long to wait before the adapter is called again, ms; null: no wait is needed. */
  readonly heldUpMs: number | null;
}

type Refusals = Pick<Extract<Delivered, { type: 'taken' }>, 'refused' | 'membersCursor'>;
const nothingRefused: Refusals = { refused: new Map(), membersCursor: null };

interface Run {
  readonly round: Round;
  readonly entries: readonly OutboxEntry[];
  readonly signal: AbortSignal;
  at: number;
}

export class AdapterDelivery {
  readonly #deps: AdapterDeliveryDeps;
  readonly #poisonous = new PoisonEntries();
  readonly #ahead = new TakenAhead();
  readonly #troubled = new TroubledGroups();
  readonly #farLook: FarLook;
  #probes = 0;
  #size: number;

  constructor(deps: AdapterDeliveryDeps) {
    this.#deps = deps;
    this.#size = deps.target.callMax;
    this.#farLook = new FarLook(deps.clock, deps.settings.batchSize);
  }

  /** How many entries the next round reads. */
  get reach(): number {
    return this.#farLook.reach;
  }

  /** Runs one round: calls the adapter and commits nothing. Rejects only when the store cannot be reached. */
  async deliver(batch: OutboxBatch, signal: AbortSignal): Promise<BatchResult> {
    const { target, settings, random } = this.#deps;
    const { kind } = target;
    const round = new Round({ kind, batch, settings, random });
    if (kind === 'notifier' && batch.waiting > settings.notifierBacklogMax) {
      this.#stepAside(round, batch);
      return { round, heldUpMs: null };
    }
    const run: Run = { round, entries: batch.entries, signal, at: 0 };
    const adapterMs = await this.#firstAttempts(run, batch);
    this.#lookAround(run, adapterMs ?? 0);
    return { round, heldUpMs: adapterMs ?? (await this.#retries(batch.retries, round, signal)) };
  }

  /**
   * Postpones the whole batch when too many entries wait: each message goes to the retries of its own group, where
   * the groups take turns. The whole batch goes, not only the excess, because otherwise a flood would leave no round
   * for the adapter.
   */
  #stepAside(round: Round, { entries, pageMark }: OutboxBatch): void {
    for (const waiting of entries) {
      if (this.#isOpen(waiting)) round.stepAside(waiting, this.#pageOf(waiting, pageMark));
      round.pass(waiting);
      this.#forget(waiting);
    }
  }

  #lookAround(run: Run, heldUpMs: number): void {
    const { batchSize } = this.#deps.settings;
    const head = run.entries[run.at];
    const shown = run.entries.slice(run.at, run.at + batchSize);
    const isFilled =
      shown.length === batchSize && this.#othersOf({ ...run, entries: shown, at: 0 }).length === 0;
    const isWanted = head !== undefined && this.#poisonous.isStuck(head.entry) && isFilled;
    this.#farLook.looked(run.entries.length, isWanted, heldUpMs);
  }

  /**
   * Offers entries for the first time, in order. @returns ms for which the adapter blocks the rest; null if it does
   * not
   */
  async #firstAttempts(run: Run, { pageMark }: OutboxBatch): Promise<number | null> {
    const { target, clock, settings } = this.#deps;
    const endMs = clock.monotonicMs() + roundMs;
    for (let next = run.entries[run.at]; next !== undefined; next = run.entries[run.at]) {
      if (run.signal.aborted || clock.monotonicMs() >= endMs) return null;
      const page = this.#pageOf(next, pageMark);
      const isTroubled = this.#troubled.has(next.entry.group_id);
      if (isTroubled && this.#isOpen(next)) run.round.stepAside(next, page);
      if (isTroubled || !this.#isOpen(next)) {
        this.#pass(run, [next], nothingRefused);
        continue;
      }
      const other = this.#turnOf(run, next);
      const aheadMs = other && (await this.#offerAhead(other, run.signal));
      if (aheadMs !== null) return aheadMs;
      const slice = this.#slice(run);
      const delivered = await this.#offer(slice, page, run.signal);
      if (delivered.type === 'taken') {
        this.#size = Math.min(this.#size * 2, target.callMax);
        for (const { entry } of slice) this.#troubled.answered(entry.group_id);
        this.#pass(run, slice, delivered);
        continue;
      }
      // A call that was held was not made, so it is this entry's turn again.
      if (delivered.type === 'failed' && other === null) this.#probes += 1;
      run.round.mark(next.entry, delivered.membersCursor);
      if (delivered.type === 'partly') return null;
      if (delivered.type === 'held') return Math.max(delivered.pauseLeftMs, settings.tickMs);
      if (slice.length > 1) this.#size = Math.floor(slice.length / 2);
      else if (!(await this.#explain(run, next, delivered.membersCursor))) return settings.tickMs;
    }
    return null;
  }

  /** Handles an entry that failed alone. @returns true if the entry is the cause: then the cursor passes it */
  async #explain(run: Run, failed: OutboxEntry, membersCursor: string | null): Promise<boolean> {
    const verdict = this.#poisonous.judge(failed.entry, this.#deps.target.successes);
    if (verdict === 'wait') return false;
    if (verdict === 'probe') {
      const own = run.entries.find((other, at) => at > run.at && this.#isOpen(other));
      const other = this.#othersOf(run)[0] ?? own;
      const probe = other && (await this.#probe(other, run.signal));
      if (probe?.type !== 'taken') return false;
    }
    this.#troubled.blame(failed.entry.group_id);
    const refused = new Map([[failed.entry.message_id, failedAlone]]);
    this.#pass(run, [failed], { refused, membersCursor });
    return true;
  }

  /**
   * Lets entries of other groups pass an entry at which the adapter keeps failing: they take turns with it. If the
   * adapter accepts one of them, it works, so the failing entry is the cause. @returns the entry to offer first;
   * null: it is the entry's own turn
   */
  #turnOf(run: Run, next: OutboxEntry): OutboxEntry | null {
    if (!this.#poisonous.isStuck(next.entry)) return null;
    const others = this.#othersOf(run);
    return others[this.#probes % (others.length + 1)] ?? null;
  }

  /** Offers one entry before its turn. @returns as `#firstAttempts` */
  async #offerAhead(other: OutboxEntry, signal: AbortSignal): Promise<number | null> {
    const { tickMs } = this.#deps.settings;
    const probe = await this.#probe(other, signal);
    if (probe.type === 'held') return Math.max(probe.pauseLeftMs, tickMs);
    this.#probes += 1;
    return probe.type === 'failed' ? tickMs : null;
  }

  async #probe(other: OutboxEntry, signal: AbortSignal): Promise<Delivered> {
    const probe = await this.#offer([other], this.#ahead.pageOf(other.entry), signal);
    this.#ahead.note(other.entry, probe);
    return probe;
  }

  /** The first open entry of each group, without the head's group. */
  #othersOf({ entries, at }: Pick<Run, 'entries' | 'at'>): readonly OutboxEntry[] {
    const [head, ...behind] = entries.slice(at);
    const first = new Map<string, OutboxEntry>();
    for (const other of behind) {
      const { group_id: groupId } = other.entry;
      const isOther = groupId !== head?.entry.group_id && !first.has(groupId) && !this.#troubled.has(groupId);
      if (isOther && this.#isOpen(other)) first.set(groupId, other);
    }
    return [...first.values()];
  }

  /**
   * The entries of one call: as many as the adapter accepted lately, up to an entry that must not be offered in
   * order.
   */
  #slice({ entries, at }: Run): readonly OutboxEntry[] {
    const slice = entries.slice(at, at + Math.min(this.#size, this.#deps.target.callMax));
    const end = slice.findIndex((one) => !this.#isOpen(one) || this.#troubled.has(one.entry.group_id));
    return end < 0 ? slice : slice.slice(0, end);
  }

  /** True if the entry still has to be offered. */
  #isOpen({ entry }: OutboxEntry): boolean {
    return this.#deps.target.wants(entry) && !this.#ahead.isTaken(entry);
  }

  #pageOf({ entry }: OutboxEntry, mark: OutboxBatch['pageMark']): string | null {
    const isMarked = mark?.messageId === entry.message_id;
    return isMarked ? mark.membersCursor : this.#ahead.pageOf(entry);
  }

  #forget({ entry }: OutboxEntry): void {
    this.#poisonous.forget(entry);
    this.#ahead.forget(entry);
  }

  /**
   * Offers due retries one by one, first those that failed least: an entry at which the adapter hangs uses up all the
   * time of a round, and it counts as the cause only when another entry is accepted. @returns as `#firstAttempts`
   */
  async #retries(retries: readonly DueRetry[], round: Round, signal: AbortSignal): Promise<number | null> {
    const { settings, clock, target } = this.#deps;
    const endMs = clock.monotonicMs() + roundMs;
    let failures = 0;
    const failuresAt = ({ entry }: DueRetry) => this.#poisonous.failuresOf(entry);
    for (const retry of retries.toSorted((a, b) => failuresAt(a) - failuresAt(b))) {
      if (signal.aborted || failures >= retryFailuresMax) break;
      if (clock.monotonicMs() >= endMs) return settings.tickMs;
      const { entry, attempts, messageId } = retry;
      const delivered = await this.#offer([{ entry }], retry.membersCursor, signal);
      if (delivered.type === 'held') return Math.max(delivered.pauseLeftMs, settings.tickMs);
      if (delivered.type === 'partly') {
        round.continueRetry(retry, delivered.membersCursor);
        continue;
      }
      const { membersCursor } = delivered;
      const isToBlame =
        delivered.type === 'failed' && this.#poisonous.judge(entry, target.successes) === 'refuse';
      const reason = isToBlame ? failedAlone : refusalIn(delivered, entry);
      if (delivered.type === 'failed' && !isToBlame) {
        failures += 1;
        continue;
      }
      this.#poisonous.forget(entry);
      if (delivered.type === 'taken') this.#troubled.answered(entry.group_id);
      if (reason === null) round.finishRetry(retry);
      else round.refuse({ messageId, entry, offset: null, attempts: attempts + 1, reason, membersCursor });
    }
    return failures === 0 ? null : settings.tickMs;
  }

  /** Moves the cursor past these entries; refused ones become retries. */
  #pass(run: Run, entries: readonly OutboxEntry[], { refused, membersCursor }: Refusals): void {
    for (const passed of entries) {
      const { entry, offset } = passed;
      const reason = refused.get(entry.message_id);
      if (reason !== undefined) run.round.refuse({ entry, offset, attempts: 1, reason, membersCursor });
      run.round.pass(passed);
      this.#forget(passed);
    }
    run.at += entries.length;
  }

  #offer(slice: readonly { entry: ArchiveEntry }[], membersCursor: string | null, signal: AbortSignal) {
    const entries = slice.map(({ entry }) => entry);
    return offer(this.#deps, { entries, membersCursor, signal });
  }
}

const refusalIn = (delivered: Delivered, entry: ArchiveEntry): string | null =>
  delivered.type === 'taken' ? (delivered.refused.get(entry.message_id) ?? null) : null;
