import type { GroupId, ResyncReason } from '@plenum/protocol';
import { emitTelemetry } from '../telemetry/events.ts';

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
