/** Collects and emits the notices about a broken sequence: first `resync`, then `recovered` when all entries were shown. */
import type { ResyncReason } from '@plenum/protocol';
import type { Effect, Entry, SeqRange } from './effects.ts';
import { ShownLog } from './shown-log.ts';

export class Notices {
  readonly #groupId: string;
  readonly #emit: (effect: Effect) => void;
  #broken: { readonly reason: ResyncReason; readonly revoked: SeqRange | null } | null = null;
  #gap: { readonly fromSeq: number; readonly headSeq: number } | null = null;

  constructor(groupId: string, emit: (effect: Effect) => void) {
    this.#groupId = groupId;
    this.#emit = emit;
  }

  broke(reason: ResyncReason, revoked: SeqRange | null = null): void {
    this.#broken = { reason, revoked };
  }

  /** Entries from `fromSeq` to `headSeq` will be shown. */
  recovering(fromSeq: number, headSeq: number): void {
    this.#gap = { fromSeq, headSeq };
  }

  clear(): void {
    this.#broken = null;
    this.#gap = null;
  }

  /**
   * Emits `resync` if the sequence is broken, or if entries are missing.
   * @param shown the shown log when the application gets the notice; null if no entry of it is valid
   */
  resync(shown: ShownLog | null, missing: SeqRange | null): void {
    if (this.#broken === null && missing === null) return;
    const { reason, revoked } = this.#broken ?? { reason: 'too_old', revoked: null };
    this.#broken = null;
    const shownTo = shown === null ? null : { epoch: shown.epoch, seq: shown.lastSeq };
    const from_seq = shownTo === null ? null : shownTo.seq + 1;
    const notice = { group_id: this.#groupId, reason, from_seq, missing, revoked };
    this.#emit({ type: 'resync', notice, shownTo });
  }

  /** The group was created again, and the end of its previous log was not shown: all shown entries are revoked. */
  anotherLog(shown: ShownLog, { epoch, seq }: Entry): void {
    this.broke('epoch_changed', shown.from(shown.firstSeq));
    this.resync(ShownLog.after(epoch, seq - 1), null);
  }

  recovered(lastSeq: number): void {
    if (this.#gap === null || lastSeq < this.#gap.headSeq) return;
    const { fromSeq, headSeq } = this.#gap;
    this.#gap = null;
    this.#emit({
      type: 'recovered',
      notice: { group_id: this.#groupId, from_seq: fromSeq, head_seq: headSeq },
    });
  }
}
