/**
 * Carries what waits in one outbox to one adapter. It remembers how many entries the adapter last took at a time, and
 * which entries have failed alone; all that has to last is in what a round commits.
 */
import type { ArchiveEntry } from '../ports/adapters.ts';
import type { Clock } from '../ports/clock.ts';
import type { DueRetry, OutboxBatch, OutboxEntry } from '../ports/outbox.ts';
import type { Random } from '../ports/random.ts';
import { emitTelemetry } from '../telemetry/events.ts';
import type { DeliverySettings } from './delivery-settings.ts';
import { Round } from './round.ts';
import { judge, type Suspect } from './suspicion.ts';
import type { Delivered, DeliveryTarget } from './target.ts';

/** First attempts begin no call after this long, nor do retries: what they got to is committed, the rest is for the next round. */
const roundMs = 1000;
/** Failures after which a round leaves the other retries for the next one. */
const retryFailuresMax = 2;
/** What a dead letter says of an entry at which the adapter fails without a word. */
const failedAlone = 'the adapter failed at this entry and took others';

export interface CourierParts {
  readonly target: DeliveryTarget;
  readonly settings: DeliverySettings;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Carried {
  readonly round: Round;
  /** How long the adapter wants to be left alone; null: it works. */
  readonly heldUpMs: number | null;
}

type Refusals = Pick<Extract<Delivered, { outcome: 'taken' }>, 'refused' | 'membersCursor'>;
const nothingRefused: Refusals = { refused: new Map(), membersCursor: null };

interface Run {
  readonly round: Round;
  readonly entries: readonly OutboxEntry[];
  readonly signal: AbortSignal;
  at: number;
}

export class Courier {
  readonly #parts: CourierParts;
  readonly #suspects = new Map<string, Suspect>();
  #size: number;

  constructor(parts: CourierParts) {
    this.#parts = parts;
    this.#size = parts.target.callMax;
  }

  /** One round: calls the adapter and commits nothing. Rejects only when the store is away. */
  async carry(batch: OutboxBatch, signal: AbortSignal): Promise<Carried> {
    const { target, settings, random } = this.#parts;
    const { kind } = target;
    const round = new Round({ kind, batch, settings, random });
    if (kind === 'notifier' && batch.waiting > settings.notifierBacklogMax) {
      this.#stepAside(round, batch);
      return { round, heldUpMs: null };
    }
    const run: Run = { round, entries: batch.entries, signal, at: 0 };
    const adapterMs = await this.#firstAttempts(run, batch);
    return { round, heldUpMs: adapterMs ?? (await this.#retries(batch.retries, round, signal)) };
  }

  /**
   * The line of a partition is too long: its head steps aside, each message into the room of its own group, from where it is
   * offered in turn with those of other groups. The whole batch does, not only the excess: otherwise a flood would leave no
   * round for the adapter.
   */
  #stepAside(round: Round, { entries, pageMark }: OutboxBatch): void {
    for (const waiting of entries) {
      const isMarked = pageMark?.messageId === waiting.entry.message_id;
      if (this.#parts.target.wants(waiting.entry)) {
        round.stepAside(waiting, isMarked ? pageMark.membersCursor : null);
      }
      round.pass(waiting);
    }
  }

  /** In order. @returns ms for which the adapter holds the rest up; null if it does not. */
  async #firstAttempts(run: Run, { pageMark }: OutboxBatch): Promise<number | null> {
    const { target, clock, settings } = this.#parts;
    const endMs = clock.monotonicMs() + roundMs;
    for (let next = run.entries[run.at]; next !== undefined; next = run.entries[run.at]) {
      if (run.signal.aborted || clock.monotonicMs() >= endMs) return null;
      if (!target.wants(next.entry)) {
        this.#pass(run, [next], nothingRefused);
        continue;
      }
      const slice = run.entries.slice(run.at, run.at + Math.min(this.#size, target.callMax));
      const from = pageMark?.messageId === next.entry.message_id ? pageMark.membersCursor : null;
      const delivered = await this.#deliver(slice, from, run.signal);
      if (delivered.outcome === 'taken') {
        this.#size = Math.min(this.#size * 2, target.callMax);
        this.#pass(run, slice, delivered);
        continue;
      }
      run.round.mark(next.entry, delivered.membersCursor);
      if (delivered.outcome === 'partly') return null;
      if (delivered.outcome === 'held') return Math.max(delivered.pauseLeftMs, settings.tickMs);
      if (slice.length > 1) this.#size = Math.floor(slice.length / 2);
      else if (!(await this.#explain(run, next, delivered.membersCursor))) return settings.tickMs;
    }
    return null;
  }

  /** The entry has failed alone. @returns whether it is to blame: then the cursor passes it. */
  async #explain(run: Run, failed: OutboxEntry, membersCursor: string | null): Promise<boolean> {
    const judgement = this.#judge(failed.entry);
    if (judgement === 'wait') return false;
    const blamed = { refused: new Map([[failed.entry.message_id, failedAlone]]), membersCursor };
    if (judgement === 'refuse') {
      this.#pass(run, [failed], blamed);
      return true;
    }
    const otherAt = run.entries.findIndex(({ entry }, at) => at > run.at && this.#parts.target.wants(entry));
    const other = run.entries[otherAt];
    if (other === undefined) return false;
    const probe = await this.#deliver([other], null, run.signal);
    if (probe.outcome !== 'taken') return false;
    const between = run.entries.slice(run.at + 1, otherAt);
    this.#pass(run, [failed], blamed);
    this.#pass(run, [...between, other], probe);
    return true;
  }

  /**
   * One by one, those at which the adapter has failed least first: one at which it hangs takes all the time of a round, and
   * only when another is taken is it to blame. @returns as `#firstAttempts`
   */
  async #retries(retries: readonly DueRetry[], round: Round, signal: AbortSignal): Promise<number | null> {
    const { settings, clock } = this.#parts;
    const endMs = clock.monotonicMs() + roundMs;
    let failures = 0;
    const failuresAt = ({ entry }: DueRetry) => this.#suspects.get(entry.message_id)?.times ?? 0;
    for (const retry of retries.toSorted((a, b) => failuresAt(a) - failuresAt(b))) {
      if (signal.aborted || failures >= retryFailuresMax) break;
      if (clock.monotonicMs() >= endMs) return settings.tickMs;
      const { entry, attempts, messageId } = retry;
      const delivered = await this.#deliver([{ entry }], retry.membersCursor, signal);
      if (delivered.outcome === 'held') return Math.max(delivered.pauseLeftMs, settings.tickMs);
      if (delivered.outcome === 'partly') {
        round.continueRetry(retry, delivered.membersCursor);
        continue;
      }
      const { membersCursor } = delivered;
      const isToBlame = delivered.outcome === 'failed' && this.#judge(entry) === 'refuse';
      const reason = isToBlame ? failedAlone : refusalIn(delivered, entry);
      if (delivered.outcome === 'failed' && !isToBlame) {
        failures += 1;
        continue;
      }
      this.#suspects.delete(entry.message_id);
      if (reason === null) round.takeRetry(retry);
      else round.refuse({ messageId, entry, place: null, attempts: attempts + 1, reason, membersCursor });
    }
    return failures === 0 ? null : settings.tickMs;
  }

  #judge(entry: ArchiveEntry): 'refuse' | 'probe' | 'wait' {
    const known = this.#suspects.get(entry.message_id);
    const { suspect, judgement } = judge(known, this.#parts.target.successes);
    this.#suspects.set(entry.message_id, suspect);
    return judgement;
  }

  /** The cursor passes these entries; those that were refused are retried. */
  #pass(run: Run, entries: readonly OutboxEntry[], { refused, membersCursor }: Refusals): void {
    for (const passed of entries) {
      const { entry, place } = passed;
      const reason = refused.get(entry.message_id);
      if (reason !== undefined) run.round.refuse({ entry, place, attempts: 1, reason, membersCursor });
      run.round.pass(passed);
      this.#suspects.delete(entry.message_id);
    }
    run.at += entries.length;
  }

  async #deliver(
    slice: readonly Pick<OutboxEntry, 'entry'>[],
    membersCursor: string | null,
    signal: AbortSignal,
  ): Promise<Delivered> {
    const { target, clock } = this.#parts;
    const startMs = clock.monotonicMs();
    const entries = slice.map(({ entry }) => entry);
    const delivered = await target.deliver(entries, membersCursor, signal);
    if (delivered.outcome === 'taken') {
      const durationMs = clock.monotonicMs() - startMs;
      emitTelemetry('delivered', {
        kind: target.kind,
        entries: entries.length - delivered.refused.size,
        durationMs,
      });
    }
    return delivered;
  }
}

const refusalIn = (delivered: Delivered, entry: ArchiveEntry): string | null =>
  delivered.outcome === 'taken' ? (delivered.refused.get(entry.message_id) ?? null) : null;
