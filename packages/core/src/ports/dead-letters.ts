import type { GroupId } from '@plenum/protocol';
import type { Page } from '../groups/records.ts';
import type { ArchiveEntry } from '../log/entry.ts';
import type { DeliveryKind } from './adapters.ts';

/** The reason of a dead letter that cannot be read. */
export const unreadableReason = 'unreadable';

/**
 * The reason of a dead letter that was never offered to the adapter, because too many entries of its group waited.
 */
export const backlogReason = 'backlog';

/** An entry that an adapter did not accept. */
export interface DeadLetter {
  /** Opaque, unique in the cluster. */
  readonly id: string;
  readonly kind: DeliveryKind;
  /** Null if the group cannot be read either. */
  readonly groupId: GroupId | null;
  /** If the entry is unreadable: another unique id. */
  readonly messageId: string;
  /** Null: this version cannot read it. */
  readonly entry: ArchiveEntry | null;
  /** The stored text of an unreadable entry; otherwise null. */
  readonly raw: string | null;
  /** The adapter's text; or `backlog`: too many entries of the group waited; or `unreadable`. */
  readonly reason: string;
  readonly attempts: number;
  /** Engine clock, ms. */
  readonly diedAtMs: number;
}

/** The approximate size of the letter in a list, bytes. */
export const letterBytes = ({ entry, raw }: DeadLetter): number =>
  Buffer.byteLength(raw ?? JSON.stringify(entry));

/**
 * Failed deliveries of the whole cluster, for operators. Every method throws `PlenumError` when the store cannot be
 * reached.
 */
export interface DeadLetters {
  /**
   * Lists the oldest first. Costs a few letters per partition, plus the page.
   * @throws PlenumError `invalid_args` for a cursor that this method did not return
   */
  list(page: { readonly cursor: string | null; readonly limit: number }): Promise<Page<DeadLetter>>;
  /**
   * Retries the letter with the full number of attempts. @returns false if there is no such letter
   * @throws PlenumError `unavailable` when the cluster does not deliver to this kind of adapter: the letter stays
   */
  retry(id: string): Promise<boolean>;
  /**
   * Deletes the letter permanently; it no longer counts for the room queue of its group. @returns false if there is
   * no such letter
   */
  delete(id: string): Promise<boolean>;
}
