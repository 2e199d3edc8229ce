/** What a feed needs from its host: effects that the host performs, and counters of what the feed noticed. */
import type { GroupId, PushEvent, PushPayload, ResyncReason } from '@plenum/protocol';
import type { LogEntry } from '../log/entry.ts';
import type { FeedPosition } from '../log/epoch-chain.ts';
import type { Device, Recipients } from '../ports/devices.ts';
import { emitTelemetry } from '../telemetry/events.ts';

/** The effects of a feed, performed in the order of the calls, and the questions that it may ask. */
export interface FeedSink {
  deliver(to: Recipients, entries: readonly LogEntry[]): void;
  /** The set of live devices is about to change. */
  seal(): void;
  /** The device was attached or detached. `isEnd`: it was detached because its user's membership or the log ended. */
  moved(device: Device, isEnd: boolean): void;
  push<E extends PushEvent>(to: Device, event: E, payload: PushPayload<E>): void;
  /** Reads the log after `afterSeq`; the answer comes back as `onGapRead`. */
  readGap(afterSeq: number): void;
  /**
   * Reads the log after `afterSeq` for one device, once its buffer is empty; the answer comes back as `onCatchUp`.
   */
  readCatchUp(device: Device, afterSeq: number): void;
  /** Waits until late publishes must have come, and then calls `onLookForMissing`. */
  lookForMissing(): void;
  /** Reads the head; the answer comes back as `onHead`. */
  readHead(): void;
  /**
   * The log does not continue what these devices have seen. Asks again whether each may read, attaches it at the
   * head, and pushes `resync` with the reason.
   */
  verifyAgain(devices: readonly Device[], reason: ResyncReason): void;
  /**
   * Changes of members were missed. Asks again what each of these users may read, and resumes its devices at their positions.
   */
  verifyMembers(userIds: Iterable<string>): void;
  /** The number of active and muted members, in a group that has a push for it. */
  countMembers(count: number): void;
  /** Devices of the user on this node, attached or not; none for `$service`. */
  devicesOf(userId: string): Iterable<Device>;
  /** True while the device waits for the answer to its own join or create; that answer replaces the push. */
  hasPendingJoin(device: Device): boolean;
  /**
   * Notes that a device with a pending join was attached here without a push. If its answer does not say so, the push
   * follows.
   * @returns false: push it now, because another attach was pushed meanwhile and the answer may be older than that
   * one
   */
  deferPush(device: Device, from: FeedPosition): boolean;
  /** Notes that the attach of a device with a pending join was pushed anyway. */
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
