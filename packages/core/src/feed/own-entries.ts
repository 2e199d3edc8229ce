/**
 * The entries that a feed applied from answers to this node's own appends, before their publishes came; and the watch
 * for entries that are missing before such an answer. Pure.
 *
 * Example: the feed is at 6. The answers for 7 and 8 arrive and both are applied. Their publishes come later and are
 * skipped. The answer for 10 is not applied, because 9 is not here yet: the publishes of 9 and 10 are on their way.
 */

/** Publishes that are awaited at most. A longer list means that no publish arrives; its oldest seqs are forgotten. */
const awaitedMax = 1000;

export class OwnEntries {
  #epoch: string | null = null;
  /** Seqs of applied entries whose publishes have not come yet, ascending. */
  readonly #awaited: number[] = [];
  /** The highest seq that was answered while an earlier entry was missing. */
  #beyondSeq = 0;
  /** The seq up to which all entries must be here at the next look; null: no look is due. */
  #expectedSeq: number | null = null;

  /** Notes that an entry was applied whose publish has not come yet. */
  applied(epoch: string, seq: number): void {
    if (this.#epoch !== epoch) this.clear();
    this.#epoch = epoch;
    this.#awaited.push(seq);
    if (this.#awaited.length > awaitedMax) this.#awaited.shift();
  }

  /**
   * Takes the publish of an entry. Publishes come in the order of their seqs, so the earlier ones that are awaited are
   * lost. @returns true, once for each entry, if the feed has applied it from the answer
   */
  takePublish(epoch: string, seq: number): boolean {
    if (this.#epoch !== epoch) return false;
    const awaited = this.#awaited;
    while (awaited[0] !== undefined && awaited[0] < seq) awaited.shift();
    if (awaited[0] !== seq) return false;
    awaited.shift();
    return true;
  }

  /** Notes an answer beyond a missing entry. @returns true: look for the missing entry later; no look is due yet */
  beyondHole(seq: number): boolean {
    const isPlanned = this.#expectedSeq !== null;
    this.#beyondSeq = isPlanned ? Math.max(this.#beyondSeq, seq) : seq;
    this.#expectedSeq ??= seq;
    return !isPlanned;
  }

  /**
   * The look that is due. @returns `missing`: entries that were published before the look was planned have not come;
   * `again`: only later ones may be missing, so look once more; `complete`: nothing is missing
   */
  look(lastSeq: number): 'missing' | 'again' | 'complete' {
    const expectedSeq = this.#expectedSeq ?? 0;
    this.#expectedSeq = null;
    if (lastSeq < expectedSeq) return 'missing';
    if (lastSeq >= this.#beyondSeq) return 'complete';
    this.#expectedSeq = this.#beyondSeq;
    return 'again';
  }

  /** The log has begun anew: earlier answers say nothing about it. A look that is due stays due. */
  clear(): void {
    this.#awaited.length = 0;
    this.#beyondSeq = 0;
    if (this.#expectedSeq !== null) this.#expectedSeq = 0;
  }
}
