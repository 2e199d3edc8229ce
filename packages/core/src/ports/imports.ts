/** Messages that come from another system, with their own times. */
import type { GroupId, UserId } from '@plenum/protocol';
import type { Refused } from '../groups/commands.ts';

export interface ForeignMessage {
  readonly sender: UserId;
  readonly requestId: string;
  readonly message: string;
  /** JSON text of an object. */
  readonly metadata: string | null;
  /** ISO-8601 UTC with milliseconds. */
  readonly timestamp: string;
}

export interface ImportBatch {
  readonly groupId: GroupId;
  readonly importId: string;
  /** How many messages of the import come before this batch. */
  readonly position: number;
  /** Empty: begins the import. Null: only asks how far it is. */
  readonly messages: readonly ForeignMessage[] | null;
}

export interface Imported {
  readonly type: 'imported';
  /** How many messages of this import the group has now. Null: it has not begun. */
  readonly imported: number | null;
  /** The head of the log. */
  readonly epoch: string;
  readonly seq: number;
}

/** The failure of a batch that begins above the number of messages that the group has taken. */
export const importAhead = {
  code: 'conflict',
  error: 'position is above the number of messages that the group has of this import',
  details: { field: 'position' },
} as const;

/** Appends messages of other systems. */
export interface Imports {
  /**
   * Appends the messages of the batch that the group has not taken yet, in one atomic step: the group remembers its import
   * and how many messages of it it has, so a batch that comes again appends nothing. Refuses `group_not_found`, `conflict`
   * for a batch that begins above the number of messages taken, and `room_overloaded`. The entries go to the log and to
   * the archive's outbox, are not published, and do not count as unread.
   * @throws PlenumError as the methods of `GroupStore` do
   */
  append(batch: ImportBatch): Promise<Imported | Refused>;
}
