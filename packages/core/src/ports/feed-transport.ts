import type { GroupId } from '@plenum/protocol';
import type { LogEntry } from '../log/entry.ts';
import type { EphemeralPush } from './presence.ts';

/** The events of a transport. Called one at a time and never from within a call to the transport. */
export interface FeedListener {
  /** An entry of an open feed. May come late, twice, or not at all: the feed notices. */
  onEntry(groupId: GroupId, entry: LogEntry): void;
  /** A push that is in no log, for the devices that are attached now. */
  onEphemeral(groupId: GroupId, push: EphemeralPush): void;
  /** The connection was replaced or is suspect: heads of these groups (or of all that are open) have to be compared. */
  onAuditNeeded(groupIds: readonly GroupId[] | 'all'): void;
}

/** Live entries of the groups that this node hosts: fast, at most once, in order while nothing breaks. */
export interface FeedTransport {
  listen(listener: FeedListener): void;
  /** Resolves when the subscription really exists: whatever is published afterwards is heard. Idempotent. */
  open(groupId: GroupId): Promise<void>;
  /** Stops listening; entries may still trickle in. Idempotent. */
  close(groupId: GroupId): Promise<void>;
}
