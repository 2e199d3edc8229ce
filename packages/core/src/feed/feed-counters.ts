import type { GroupId, ResyncReason } from '@plenum/protocol';
import { emitTelemetry } from '../telemetry/events.ts';

/** What the feeds of a node noticed since it started, counted, and told to whoever watches. */
export class FeedCounters {
  duplicatesDropped = 0;
  gapsFound = 0;
  entriesRepaired = 0;
  /** Entries that were heard but are not of the log any more. */
  entriesLost = 0;
  /** Devices that were told that their position does not continue. */
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
