import type { GroupEvent } from '@plenum/protocol';
import type { BeginNotice, ResyncNotice } from '../src/index.ts';
import type { SimulatedLogs } from './simulated-logs.ts';

/** Compares what the application was shown with the logs: dense from an announced start on, or a notice about the break. */
export class ShownEntries {
  readonly wrong: string[] = [];
  readonly #logs: SimulatedLogs;
  readonly #starts: { readonly epoch: string; readonly seq: number }[] = [];
  #notice: ResyncNotice | null = null;
  #begin: BeginNotice | null = null;
  last: GroupEvent | null = null;

  constructor(logs: SimulatedLogs) {
    this.#logs = logs;
  }

  tellStart(epoch: string, seq: number): void {
    this.#starts.push({ epoch, seq });
  }

  tellBegin(notice: BeginNotice): void {
    this.#begin = notice;
  }

  tellResync(notice: ResyncNotice): void {
    this.#notice = notice;
  }

  show(entry: GroupEvent): void {
    const { last } = this;
    const log = this.#logOf(entry.epoch);
    const isNext = last !== null && this.#logOf(last.epoch) === log && entry.seq === last.seq + 1;
    const isAnnounced = this.#notice !== null && [null, entry.seq].includes(this.#notice.from_seq);
    const isAfterEnd = last === null || this.#isEnd(last);
    if (!isNext && !isAnnounced && !(isAfterEnd && this.#isStart(entry))) {
      this.wrong.push(`${entry.epoch}-${entry.seq} after ${last?.epoch}-${last?.seq}`);
    }
    // The entry of an own join may be missing.
    const isBegun = this.#begin !== null && [1, 2].includes(entry.seq - this.#begin.seq);
    if (!isNext && !isAnnounced && !isBegun) this.wrong.push(`${entry.epoch}-${entry.seq} without a begin`);
    this.last = entry;
    this.#notice = null;
    this.#begin = null;
  }

  #logOf(epoch: string) {
    return this.#logs.logs.find(({ epochs }) => epochs.some((known) => known.epoch === epoch));
  }
  #isEnd({ epoch, seq }: GroupEvent): boolean {
    const log = this.#logOf(epoch);
    return this.#logs.ranges.some((range) => range.log === log && range.endSeq === seq);
  }
  #isStart({ epoch, seq }: GroupEvent): boolean {
    const log = this.#logOf(epoch);
    return (
      // The answer to a join does not say whether its own entry follows.
      this.#starts.some((at) => this.#logOf(at.epoch) === log && (at.seq === seq || at.seq === seq - 1)) ||
      this.#logs.ranges.some((range) => range.log === log && range.sinceSeq === seq)
    );
  }
}
