import type { ResyncReason } from '@plenum/protocol';
import type { Effect } from './effects.ts';
import type { SeqRange } from './entry.ts';
import type { ShownLog } from './shown-log.ts';

/** What the application has yet to be told of a broken sequence: first how it broke, then that it is whole again. */
export class Notices {
  readonly #groupId: string;
  readonly #tell: (effect: Effect) => void;
  #broken: { readonly reason: ResyncReason; readonly revoked: SeqRange | null } | null = null;
  #gap: { readonly fromSeq: number; readonly headSeq: number } | null = null;

  constructor(groupId: string, tell: (effect: Effect) => void) {
    this.#groupId = groupId;
    this.#tell = tell;
  }

  broke(reason: ResyncReason, revoked: SeqRange | null = null): void {
    this.#broken = { reason, revoked };
  }

  /** Entries from `fromSeq` to `headSeq` are on their way. */
  recovering(fromSeq: number, headSeq: number): void {
    this.#gap = { fromSeq, headSeq };
  }

  clear(): void {
    this.#broken = null;
    this.#gap = null;
  }

  /**
   * What is missing breaks a sequence that was not known to be broken.
   * @param shown what the application has been shown once it knows of this; null: nothing that counts any more
   */
  resync(shown: ShownLog | null, missing: SeqRange | null): void {
    if (this.#broken === null && missing === null) return;
    const { reason, revoked } = this.#broken ?? { reason: 'too_old', revoked: null };
    this.#broken = null;
    const shownTo = shown === null ? null : { epoch: shown.epoch, seq: shown.lastSeq };
    const from_seq = shownTo === null ? null : shownTo.seq + 1;
    const notice = { group_id: this.#groupId, reason, from_seq, missing, revoked };
    this.#tell({ do: 'tell resync', notice, shownTo });
  }

  recovered(lastSeq: number): void {
    if (this.#gap === null || lastSeq < this.#gap.headSeq) return;
    const { fromSeq, headSeq } = this.#gap;
    this.#gap = null;
    this.#tell({
      do: 'tell recovered',
      notice: { group_id: this.#groupId, from_seq: fromSeq, head_seq: headSeq },
    });
  }
}
