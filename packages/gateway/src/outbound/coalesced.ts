/**
 * Coalesced fan-out: everything that is delivered for a group within one tick of the event loop leaves as one buffer
 * of WebSocket frames, which all sockets of the group share, with one write per socket. There is no timer: under load
 * ticks get longer, so batches grow. Large batches are written in slices, so that the loop never blocks for long. One
 * queue per group keeps the order; the groups take turns.
 */
import type { Clock, Device, EphemeralPush, FanOut, LogEntry, Logger, Recipients } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import { framesOf, type Openings, openingsIn } from './frames.ts';
import { isolateErrors, logFailure, pushEntry } from './one-device.ts';
import { SocketDevice } from './socket-device.ts';
import { tickFlush } from './tick-flush.ts';
import { volatileWrite } from './volatile-pushes.ts';

/** A slice ends after this long and yields to the event loop, ms. */
const sliceMs = 8;
/** Sockets that are written between two reads of the clock. */
const writesPerLook = 64;

interface Batch {
  to: Recipients;
  readonly entries: LogEntry[];
  /** Set when writing begins. `left` holds the recipients that have not been written yet. */
  writing: { readonly frames: Buffer; left: Iterator<Device>; readonly isShared: boolean } | null;
}
/** How much may be written before the event loop continues. */
interface Slice {
  readonly untilMs: number;
  writes: number;
}
/** Pushes that may be dropped, with the recipients that have not been written yet. */
interface Volatile {
  left: Iterator<Device>;
  readonly write: (to: Device) => void;
}
type Step = Batch | Volatile | { readonly to: Device | null; readonly push: () => void };

const countOf = (to: Recipients): number => ('size' in to ? to.size : to.length);
const isBatch = (step: Step): step is Batch => 'entries' in step;
const isVolatile = (step: Step): step is Volatile => 'left' in step;

export interface CoalescedDeps {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Of the sockets; default `/`. */
  readonly namespace?: string;
}

export class CoalescedFanOut implements FanOut {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #openings: Openings;
  readonly #queues = new Map<GroupId, Step[]>();
  readonly #namespace: string;
  /** The queue that is written now; its first step is under way. */
  #current: Step[] | undefined;
  #isPlanned = false;

  constructor({ logger, clock, namespace = '/' }: CoalescedDeps) {
    this.#logger = logger;
    this.#clock = clock;
    this.#openings = openingsIn(namespace);
    this.#namespace = namespace;
  }

  deliver(groupId: GroupId, to: Recipients, entries: readonly LogEntry[]): void {
    const queue = this.#queueOf(groupId);
    const last = queue.at(-1);
    if (last !== undefined && isBatch(last) && last.to === to && last.writing === null)
      last.entries.push(...entries);
    else queue.push({ to, entries: [...entries], writing: null });
  }

  push: FanOut['push'] = (groupId, to, event, payload) => {
    const step = { to, push: () => to.push(event, payload) };
    // No entry of this group waits, so the push may leave at once.
    if (!this.#queues.has(groupId)) this.#push(groupId, step);
    else this.#queueOf(groupId).push(step);
  };

  deliverVolatile(groupId: GroupId, to: readonly Device[], pushes: readonly EphemeralPush[]): void {
    const step = { left: to[Symbol.iterator](), write: volatileWrite(this.#namespace, pushes) };
    const waiting = this.#queues.get(groupId);
    if (waiting !== undefined && waiting !== this.#current) waiting.push(step);
    else if (this.#writeVolatile(groupId, step, this.#slice())) return;
    else if (waiting === undefined) this.#queueOf(groupId).push(step);
    // The step under way has called this: what is left goes before those that follow it.
    else waiting.splice(1, 0, step);
  }

  whenWritten(groupId: GroupId, act: () => void): void {
    const queue = this.#queues.get(groupId);
    if (queue === undefined) act();
    else queue.push({ to: null, push: act });
  }

  written(groupId: GroupId): Promise<void> {
    return new Promise((resolve) => this.whenWritten(groupId, resolve));
  }

  seal(groupId: GroupId): void {
    for (const step of this.#queues.get(groupId) ?? []) {
      if (isBatch(step) && step.writing === null && step.to instanceof Set) step.to = [...step.to];
    }
  }

  #queueOf(groupId: GroupId): Step[] {
    const known = this.#queues.get(groupId);
    if (known !== undefined) return known;
    const queue: Step[] = [];
    this.#queues.set(groupId, queue);
    if (!this.#isPlanned) this.#plan();
    return queue;
  }

  #plan(): void {
    this.#isPlanned = true;
    tickFlush.schedule(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isPlanned = false;
    const slice = this.#slice();
    for (const [groupId, queue] of this.#queues) {
      this.#current = queue;
      for (let step = queue[0]; step !== undefined; step = queue[0]) {
        if (!this.#perform(groupId, step, slice)) {
          this.#current = undefined;
          // Moves the group behind the others: a group that always has more to write would make them wait forever.
          this.#queues.delete(groupId);
          this.#queues.set(groupId, queue);
          this.#plan();
          return;
        }
        queue.shift();
      }
      this.#current = undefined;
      this.#queues.delete(groupId);
    }
  };

  #slice(): Slice {
    return { untilMs: this.#clock.monotonicMs() + sliceMs, writes: 0 };
  }

  /** @returns false if the time ran out before the last recipient */
  #perform(groupId: GroupId, step: Step, slice: Slice): boolean {
    if (isBatch(step)) return this.#writeBatch(groupId, step, slice);
    if (isVolatile(step)) return this.#writeVolatile(groupId, step, slice);
    this.#push(groupId, step);
    return true;
  }

  #push(groupId: GroupId, { to, push }: { readonly to: Device | null; readonly push: () => void }): void {
    if (to === null) push();
    else isolateErrors({ logger: this.#logger, groupId, device: to }, push);
  }

  #writeBatch(groupId: GroupId, batch: Batch, slice: Slice): boolean {
    batch.writing ??= {
      frames: framesOf(batch.entries, this.#openings),
      left: batch.to[Symbol.iterator](),
      isShared: countOf(batch.to) > 1,
    };
    const { entries, writing } = batch;
    const { frames, isShared } = writing;
    return this.#writeEach(groupId, writing, slice, (device) => {
      if (device instanceof SocketDevice) device.writeFrames(frames, entries, isShared);
      else for (const entry of entries) pushEntry(device, entry);
    });
  }

  #writeVolatile(groupId: GroupId, step: Volatile, slice: Slice): boolean {
    return this.#writeEach(groupId, step, slice, step.write);
  }

  #writeEach(
    groupId: GroupId,
    recipients: { left: Iterator<Device> },
    slice: Slice,
    write: (to: Device) => void,
  ): boolean {
    const { left } = recipients;
    for (;;) {
      const { done, value: device } = left.next();
      if (done === true) return true;
      try {
        write(device);
      } catch (err) {
        logFailure({ logger: this.#logger, groupId, device }, err);
      }
      slice.writes += 1;
      if (slice.writes % writesPerLook === 0 && this.#clock.monotonicMs() >= slice.untilMs) {
        // The set may change before the next slice, so the remaining recipients are copied now.
        recipients.left = [...{ [Symbol.iterator]: () => left }][Symbol.iterator]();
        return false;
      }
    }
  }
}
