import type { GroupId } from '@plenum/protocol';
import type { Page } from '../groups/records.ts';
import type { ArchiveEntry } from '../log/entry.ts';
import type { DeliveryKind } from './adapters.ts';

/** The reason of a dead letter that cannot be read. */
export const unreadableReason = 'unreadable';

/** The reason of a dead letter that was never offered: its group had too many that waited. */
export const backlogReason = 'backlog';

/** An entry that an adapter has not taken. */
export interface DeadLetter {
  /** Opaque, unique in the cluster. */
  readonly id: string;
  readonly kind: DeliveryKind;
  /** Null where not even that can be read. */
  readonly groupId: GroupId | null;
  /** Of an unreadable one: some other id, as unique. */
  readonly messageId: string;
  /** Null: this version cannot read it. */
  readonly entry: ArchiveEntry | null;
  /** The text in the place of an entry. */
  readonly raw: string | null;
  /** What the adapter said, `backlog`: too many of its group were waiting, or `unreadable`. */
  readonly reason: string;
  readonly attempts: number;
  /** Engine clock, ms. */
  readonly diedAtMs: number;
}

/** Of the letter as it is listed, about. */
export const letterBytes = ({ entry, raw }: DeadLetter): number =>
  Buffer.byteLength(raw ?? JSON.stringify(entry));

/** Failed deliveries of the whole cluster, for operators. Every method throws `PlenumError` when the store is away. */
export interface DeadLetters {
  /**
   * The oldest first. Its cost is that of a few letters per partition, and of the page.
   * @throws PlenumError `invalid_args` for a cursor that this method did not make.
   */
  list(page: { readonly cursor: string | null; readonly limit: number }): Promise<Page<DeadLetter>>;
  /**
   * Retries it with all its attempts. @returns false if there is no such letter.
   * @throws PlenumError `unavailable` when the cluster does not deliver to its kind of adapter: the letter stays.
   */
  retry(id: string): Promise<boolean>;
  /** Deletes it for good: it no longer counts for the queue of its room. @returns false if there is no such letter. */
  delete(id: string): Promise<boolean>;
}
