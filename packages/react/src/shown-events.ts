/** The group events between the messages of a list: joins, leaves, mutes, settings. They come in pages of the log and live. */
import type { ClientEvents, GroupEvent, RequestResult } from '@plenum/client';

type Entry = ClientEvents['message'] | ClientEvents['event'] | ClientEvents['change'];

/** Of those that come live the newest are kept; those of pages that were read are kept too. */
const liveMax = 1000;

export class ShownEvents {
  readonly #bySeq = new Map<number, GroupEvent>();
  #epoch: string | null = null;
  #max = liveMax;
  /** In the order of the log; null: it changed since it was asked for. */
  #list: readonly GroupEvent[] | null = [];

  get list(): readonly GroupEvent[] {
    this.#list ??= [...this.#bySeq.values()].sort((a, b) => a.seq - b.seq);
    return this.#list;
  }

  /** Follows the log: an entry of another epoch takes the place of what was above it. */
  follow(entry: Entry): void {
    if (this.#epoch !== null && this.#epoch !== entry.epoch) this.#forgetFrom(entry.seq);
    this.#epoch = entry.epoch;
  }

  add(event: GroupEvent): void {
    this.follow(event);
    this.#put(event);
    const [oldest] = this.list;
    if (this.#bySeq.size > this.#max && oldest !== undefined) this.#bySeq.delete(oldest.seq);
    this.#list = null;
  }

  addPage({ entries, epoch }: RequestResult<'history'>): void {
    this.#epoch ??= epoch;
    for (const entry of entries) if (entry.type !== 'message' && !('target_seq' in entry)) this.#put(entry);
    this.#max = Math.max(liveMax, this.#bySeq.size);
  }

  clear(): void {
    this.#bySeq.clear();
    this.#epoch = null;
    this.#max = liveMax;
    this.#list = null;
  }

  #put(event: GroupEvent): void {
    this.#bySeq.set(event.seq, event);
    this.#list = null;
  }

  #forgetFrom(seq: number): void {
    for (const known of [...this.#bySeq.keys()]) if (known >= seq) this.#bySeq.delete(known);
    this.#list = null;
  }
}
