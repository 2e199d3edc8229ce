/** Collects and emits the notices about a broken sequence: first `resync`, then `recovered` when all entries were shown. */
import type { ResyncReason } from '@plenum/protocol';
import type { Effect, Entry, RecoveredNotice, SeqRange } from './effects.ts';
import { ShownLog } from './shown-log.ts';

export class Notices {
  readonly #groupId: string;
  readonly #emit: (effect: Effect) => void;
  #broken: { readonly reason: ResyncReason; readonly revoked: SeqRange | null } | null = null;
  #recovery: RecoveredNotice | null = null;

  constructor(groupId: string, emit: (effect: Effect) => void) {
    this.#groupId = groupId;
    this.#emit = emit;
  }

  broke(reason: ResyncReason, revoked: SeqRange | null = null): void {
    this.#broken = { reason, revoked };
  }

  /** Entries from `fromSeq` to `headSeq` will be shown. */
  recovering(fromSeq: number, headSeq: number): void {
    this.#recovery = { group_id: this.#groupId, from_seq: fromSeq, head_seq: headSeq };
  }

  clear(): void {
    this.#broken = null;
    this.#recovery = null;
  }

  /**
   * Emits `resync` if the sequence is broken, or if entries are missing.
   * @param shown the shown log when the application gets the notice; null if no entry of it is valid
   */
  resync(shown: ShownLog | null, missing: SeqRange | null): void {
    if (this.#broken === null && missing === null) return;
    const { reason, revoked } = this.#broken ?? { reason: 'too_old', revoked: null };
    this.#broken = null;
    const shownTo = shown?.position ?? null;
    const from_seq = shownTo && shownTo.seq + 1;
    const notice = { group_id: this.#groupId, reason, from_seq, missing, revoked };
    this.#emit({ type: 'resync', notice, shownTo });
  }

  /** The shown log does not continue: emits `resync` at once. @param shown as for `resync` */
  brokeOff(reason: ResyncReason, shown: ShownLog | null, revoked: SeqRange | null = null): void {
    this.broke(reason, revoked);
    this.resync(shown, null);
  }

  /** The group was created again, and the end of its previous log was not shown: all shown entries are revoked. */
  anotherLog(shown: ShownLog, { epoch, seq }: Entry): void {
    this.brokeOff('epoch_changed', ShownLog.after(epoch, seq - 1), shown.from(shown.firstSeq));
  }

  recovered(lastSeq: number): void {
    const notice = this.#recovery;
    if (notice === null || lastSeq < notice.head_seq) return;
    this.#recovery = null;
    this.#emit({ type: 'recovered', notice });
  }
}
