/** Where the attached devices of one feed stand, and how far they may go. */
import type { Subscriber } from '../ports/fan-out.ts';
import type { FeedSink } from './feed-sink.ts';

/** A device that still reads the log up to where the feed is. */
export interface CatchingUp {
  /** Last seq that was delivered to it. */
  cursor: number;
  /** Last seq it may get; null while its user is a receiver. */
  endSeq: number | null;
  /** It is about to be attached from elsewhere and gets nothing until then. */
  isPaused: boolean;
}

/**
 * The devices attached to one feed, by where they stand: `live` ones have everything up to the feed's last seq and share
 * each delivery; `ahead` ones were attached at a head that the feed has yet to reach; `behind` ones are catching up.
 */
export class Attachments {
  readonly live = new Set<Subscriber>();
  readonly ahead = new Map<Subscriber, number>();
  readonly behind = new Map<Subscriber, CatchingUp>();
  readonly #sink: Pick<FeedSink, 'seal' | 'moved'>;

  constructor(sink: Pick<FeedSink, 'seal' | 'moved'>) {
    this.#sink = sink;
  }

  get isAny(): boolean {
    return this.live.size + this.ahead.size + this.behind.size > 0;
  }

  has(subscriber: Subscriber): boolean {
    return this.live.has(subscriber) || this.ahead.has(subscriber) || this.behind.has(subscriber);
  }

  /** @returns the next seq that the device gets; null: it is not attached. */
  nextSeqOf(subscriber: Subscriber, lastSeq: number): number | null {
    const cursor = this.live.has(subscriber)
      ? lastSeq
      : (this.ahead.get(subscriber) ?? this.behind.get(subscriber)?.cursor);
    return cursor === undefined ? null : cursor + 1;
  }

  /** @returns true when the device has to catch up from `cursor`. */
  place(subscriber: Subscriber, cursor: number, lastSeq: number): boolean {
    this.#takeOff(subscriber);
    if (cursor === lastSeq) this.#goLive(subscriber);
    else if (cursor > lastSeq) this.ahead.set(subscriber, cursor);
    else this.behind.set(subscriber, { cursor, endSeq: null, isPaused: false });
    this.#sink.moved(subscriber, false);
    return cursor < lastSeq;
  }

  /** Entries may be delivered to the device. */
  isFlowing(subscriber: Subscriber): boolean {
    return this.has(subscriber) && this.behind.get(subscriber)?.isPaused !== true;
  }

  /** An attached device gets nothing until it is placed again or resumed. */
  pause(subscriber: Subscriber, lastSeq: number): void {
    const nextSeq = this.nextSeqOf(subscriber, lastSeq);
    if (nextSeq === null) return;
    const endSeq = this.behind.get(subscriber)?.endSeq ?? null;
    this.#takeOff(subscriber);
    this.behind.set(subscriber, { cursor: nextSeq - 1, endSeq, isPaused: true });
  }

  /** @returns the seq behind which a paused device goes on; null: it is not paused. */
  resume(subscriber: Subscriber): number | null {
    const state = this.behind.get(subscriber);
    if (state?.isPaused !== true) return null;
    state.isPaused = false;
    return state.cursor;
  }

  remove(subscriber: Subscriber): void {
    if (!this.has(subscriber)) return;
    this.#takeOff(subscriber);
    this.#sink.moved(subscriber, false);
  }

  #takeOff(subscriber: Subscriber): void {
    if (this.live.has(subscriber)) this.#leaveLive(subscriber);
    this.ahead.delete(subscriber);
    this.behind.delete(subscriber);
  }

  /** Devices whose head the feed has just reached become live. */
  promote(lastSeq: number): void {
    for (const [subscriber, cursor] of this.ahead) {
      if (cursor > lastSeq) continue;
      this.ahead.delete(subscriber);
      this.#goLive(subscriber);
    }
  }

  /**
   * The range of these devices ends with `seq`: live ones are done, those catching up may go on to it. A device
   * that is ahead was attached by a later state of its user and stays; one that is not attached is passed over.
   */
  end(devices: Iterable<Subscriber>, seq: number): void {
    for (const device of devices) {
      if (this.has(device)) this.#sink.moved(device, true);
      if (this.live.has(device)) this.#leaveLive(device);
      const catchingUp = this.behind.get(device);
      if (catchingUp !== undefined) catchingUp.endSeq ??= seq;
    }
  }

  all(): Subscriber[] {
    return [...this.live, ...this.ahead.keys(), ...this.behind.keys()];
  }

  clear(): void {
    for (const device of this.all()) this.#sink.moved(device, true);
    this.#sink.seal();
    this.live.clear();
    this.ahead.clear();
    this.behind.clear();
  }

  #goLive(subscriber: Subscriber): void {
    this.#sink.seal();
    this.live.add(subscriber);
  }

  #leaveLive(subscriber: Subscriber): void {
    this.#sink.seal();
    this.live.delete(subscriber);
  }
}
