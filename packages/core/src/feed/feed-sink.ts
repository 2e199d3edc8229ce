/** What a feed gives to its surroundings: the effects that its host performs, and the counters of what it noticed. */
import type { GroupId, PushEvent, PushPayload, ResyncReason } from '@plenum/protocol';
import type { LogEntry } from '../log/entry.ts';
import type { FeedPosition } from '../log/epoch-chain.ts';
import type { Device, Recipients } from '../ports/devices.ts';
import { emitTelemetry } from '../telemetry/events.ts';

/** The effects of a feed, performed by the host in the order of the calls, and the questions it may ask. */
export interface FeedSink {
  deliver(to: Recipients, entries: readonly LogEntry[]): void;
  /** The set of live devices is about to change. */
  seal(): void;
  /** The device was attached or detached; `isEnd`: because its user's membership ended, or the log did. */
  moved(device: Device, isEnd: boolean): void;
  push<E extends PushEvent>(to: Device, event: E, payload: PushPayload<E>): void;
  /** Read the log after `afterSeq`; the answer comes back as `onGapRead`. */
  readGap(afterSeq: number): void;
  /** Read the log after `afterSeq` for one device, once its buffer is empty; comes back as `onCatchUp`. */
  readCatchUp(device: Device, afterSeq: number): void;
  /** Read the head; the answer comes back as `onHead`. */
  readHead(): void;
  /** Continuity is lost: find out again what each of these may read, tell it why, attach it at the head. */
  verifyAgain(devices: readonly Device[], reason: ResyncReason): void;
  /** Devices of the user on this node, attached or not; none for `$service`. */
  devicesOf(userId: string): Iterable<Device>;
  /** The device waits for the answer of its own join or create, which replaces the push. */
  hasPendingJoin(device: Device): boolean;
  /**
   * A device with a pending join was attached from here on without a push: if its answer does not say so, the push follows.
   * @returns false: push it now, since another attach was pushed meanwhile and the answer may be older than that
   */
  deferPush(device: Device, from: FeedPosition): boolean;
  /** A device with a pending join gets a push of an attach all the same. */
  markPushed(device: Device): void;
}

/** Counts what the feeds of a node noticed since its start, and emits it as telemetry. */
export class FeedCounters {
  duplicatesDropped = 0;
  gapsFound = 0;
  entriesRepaired = 0;
  /** Entries that were received but are no longer part of the log. */
  entriesLost = 0;
  /** Devices whose position the log did not continue. */
  resyncs = 0;

  duplicateDropped(groupId: GroupId): void {
    this.duplicatesDropped += 1;
    emitTelemetry('duplicate_dropped', { groupId });
  }

  gapFound(groupId: GroupId): void {
    this.gapsFound += 1;
    emitTelemetry('gap_found', { groupId });
  }

  repaired(groupId: GroupId, entries: number): void {
    if (entries === 0) return;
    this.entriesRepaired += entries;
    emitTelemetry('gap_repaired', { groupId, entries });
  }

  entryLost(groupId: GroupId): void {
    this.entriesLost += 1;
    emitTelemetry('entry_lost', { groupId });
  }

  resync(groupId: GroupId, reason: ResyncReason, devices: number): void {
    if (devices === 0) return;
    this.resyncs += devices;
    emitTelemetry('resync', { groupId, reason, devices });
  }
}
