/** The positions of the devices that are attached to one feed, and where each of them ends. */
import type { LogHead } from '../groups/records.ts';
import { isGoodPosition } from '../log/epoch-chain.ts';
import type { Device } from '../ports/devices.ts';
import type { FeedSink } from './feed-sink.ts';
import { LostPositions, type RangeEnd } from './lost-positions.ts';

/** A device that is behind the feed's last seq and reads the log up to it. */
export interface CatchingUp {
  /** Last seq that was delivered to it. */
  readonly cursor: number;
  /** Last seq it may get; null while its user is a receiver. */
  endSeq: number | null;
  /** True while a `subscribe` replaces its position: it gets nothing until then. */
  isPaused: boolean;
}

/**
 * The devices attached to one feed, in three states. `live`: has everything up to the feed's last seq; all live
 * devices share each delivery. `ahead`: was attached at a head that the feed has not reached yet. `behind`: is
 * catching up from the log.
 */
export class Attachments {
  readonly live = new Set<Device>();
  readonly ahead = new Map<Device, number>();
  readonly behind = new Map<Device, CatchingUp>();
  /** Of devices that are not attached. */
  readonly lost = new LostPositions();
  /** Paused devices whose users are verified now. */
  readonly #unverified = new Set<Device>();
  readonly #sink: Pick<FeedSink, 'seal' | 'moved'>;

  constructor(sink: Pick<FeedSink, 'seal' | 'moved'>) {
    this.#sink = sink;
  }

  get isAny(): boolean {
    return this.live.size + this.ahead.size + this.behind.size > 0;
  }

  has(device: Device): boolean {
    return this.live.has(device) || this.ahead.has(device) || this.behind.has(device);
  }

  /** @returns the next seq that the device gets; null if it is not attached */
  nextSeqOf(device: Device, lastSeq: number): number | null {
    const cursor = this.live.has(device)
      ? lastSeq
      : (this.ahead.get(device) ?? this.behind.get(device)?.cursor);
    return cursor === undefined ? null : cursor + 1;
  }

  /** @returns true when the device has to catch up from `cursor`. */
  place(device: Device, cursor: number, lastSeq: number): boolean {
    this.#takeOff(device);
    this.#unverified.delete(device);
    if (cursor === lastSeq) this.#goLive(device);
    else if (cursor > lastSeq) this.ahead.set(device, cursor);
    else this.behind.set(device, { cursor, endSeq: null, isPaused: false });
    this.#sink.moved(device, false);
    return cursor < lastSeq;
  }

  /**
   * A device that catches up got the entries up to `cursor`; it is removed where its range ends there.
   * @returns true when it has to catch up further from `cursor`
   */
  advance(device: Device, cursor: number, lastSeq: number): boolean {
    const endSeq = this.behind.get(device)?.endSeq ?? null;
    if (endSeq !== null && cursor >= endSeq) {
      this.remove(device);
      return false;
    }
    const isBehind = this.place(device, cursor, lastSeq);
    if (isBehind) this.behind.set(device, { cursor, endSeq, isPaused: false });
    return isBehind;
  }

  /** True if entries may be delivered to the device: it is attached and not paused. */
  isFlowing(device: Device): boolean {
    return this.has(device) && this.behind.get(device)?.isPaused !== true;
  }

  /** Delivers nothing to an attached device until it is placed again or resumed. */
  pause(device: Device, lastSeq: number): void {
    const nextSeq = this.nextSeqOf(device, lastSeq);
    if (nextSeq === null) return;
    const endSeq = this.behind.get(device)?.endSeq ?? null;
    this.#takeOff(device);
    this.behind.set(device, { cursor: nextSeq - 1, endSeq, isPaused: true });
  }

  /** Pauses these devices until each is placed anew, after its user was verified. */
  distrust(devices: readonly Device[], lastSeq: number): void {
    for (const device of devices) {
      this.pause(device, lastSeq);
      this.#unverified.add(device);
    }
  }

  /** @returns the seq after which a device resumes whose user is being verified; null: it is none, or was placed anew */
  unverifiedAfter(device: Device): number | null {
    return this.#unverified.has(device) ? (this.behind.get(device)?.cursor ?? null) : null;
  }

  /** @returns the seq after which a paused device continues; null: it is not paused. */
  resume(device: Device): number | null {
    const state = this.behind.get(device);
    if (state?.isPaused !== true || this.#unverified.has(device)) return null;
    state.isPaused = false;
    return state.cursor;
  }

  remove(device: Device): void {
    this.#unverified.delete(device);
    if (!this.has(device)) return;
    this.#takeOff(device);
    this.#sink.moved(device, false);
  }

  #takeOff(device: Device): void {
    if (this.live.has(device)) this.#leaveLive(device);
    this.ahead.delete(device);
    this.behind.delete(device);
  }

  /** Moves the devices whose position the feed has just reached from `ahead` to `live`. */
  promote(lastSeq: number): void {
    for (const [device, cursor] of this.ahead) {
      if (cursor > lastSeq) continue;
      this.ahead.delete(device);
      this.#goLive(device);
    }
  }

  /**
   * Ends the range of these devices: a live device is detached, a device behind continues up to the end. A
   * device that is ahead stays, because a later state of its user attached it. A device that is not attached is
   * ignored.
   */
  end(devices: Iterable<Device>, end: RangeEnd): void {
    for (const device of devices) {
      if (!this.has(device)) continue;
      this.#sink.moved(device, true);
      if (this.live.has(device)) this.#leaveLive(device);
      const catchingUp = this.behind.get(device);
      if (catchingUp !== undefined) catchingUp.endSeq ??= end.seq;
      if (!this.ahead.has(device)) this.lost.noteEnd(device, end);
    }
  }

  /**
   * Removes the devices that have seen entries of an epoch which are lost: they were attached ahead of the feed, or may have left
   * by a change that is lost. @returns them
   */
  removeLost(epoch: string, head: LogHead): readonly Device[] {
    const ahead = [...this.ahead].flatMap(([device, seq]) =>
      isGoodPosition(epoch, seq, head) ? [] : [device],
    );
    const lost = [...ahead, ...this.lost.takeLostEnds(head)];
    for (const device of lost) this.remove(device);
    return lost;
  }

  /**
   * Detaches all devices, because the feed starts again at this head. A device that was attached ahead of the feed is kept if the
   * log still continues its position; it pauses until it is placed anew, after its user was verified. `null`: none is kept.
   */
  restart(head: LogHead | null): { readonly lost: readonly Device[]; readonly kept: readonly Device[] } {
    const all = this.all();
    const kept = new Map([...this.ahead].filter(([, seq]) => head !== null && seq >= head.oldestSeq - 1));
    this.clear();
    for (const [device, cursor] of kept) {
      this.behind.set(device, { cursor, endSeq: null, isPaused: true });
      this.#unverified.add(device);
      this.#sink.moved(device, false);
    }
    return { lost: all.filter((device) => !kept.has(device)), kept: [...kept.keys()] };
  }

  all(): Device[] {
    return [...this.live, ...this.ahead.keys(), ...this.behind.keys()];
  }

  clear(): void {
    for (const device of this.all()) this.#sink.moved(device, true);
    this.#sink.seal();
    this.#unverified.clear();
    this.live.clear();
    this.ahead.clear();
    this.behind.clear();
  }

  #goLive(device: Device): void {
    this.#sink.seal();
    this.live.add(device);
  }

  #leaveLive(device: Device): void {
    this.#sink.seal();
    this.live.delete(device);
  }
}
