/** The ports `Outbox` and `DeadLetters` in memory. */
import {
  type ArchiveEntry,
  archivedChangeFrom,
  archiveEntryFrom,
  type ChangedMessage,
  type DeadLetter,
  type DeadLetters,
  type DeliveryKind,
  type EventEntry,
  firstPerAnswer,
  forgedCursor,
  type Lease,
  letterBytes,
  type MessageEntry,
  type MessageTarget,
  type Outbox,
  partitionOf,
} from '@plenum/core';
import type { GroupId, MessageEvent } from '@plenum/protocol';
import type { Defer } from '../defer.ts';
import { type Named, PartitionOutbox, type StoredLetter } from './partition-outbox.ts';

export interface MemoryOutboxDeps {
  readonly kinds: readonly DeliveryKind[];
  /** The fence: true if the lease belongs to the partition's owner at this moment. */
  readonly isHeld: (lease: Lease) => boolean;
  readonly isTakenDown: (groupId: GroupId, messageId: string) => boolean;
  readonly defer: Defer;
  readonly now: () => number;
}

/** A dead letter and its partition. Its public id is `<ms>-<number>-<partition>`. */
interface Place {
  readonly letter: StoredLetter;
  readonly partition: number;
}

export class MemoryOutbox {
  readonly #kinds: ReadonlySet<DeliveryKind>;
  readonly #deps: MemoryOutboxDeps;
  readonly #partitions = new Map<number, PartitionOutbox>();

  constructor(deps: MemoryOutboxDeps) {
    this.#deps = deps;
    this.#kinds = new Set(deps.kinds);
  }

  /** The room queue: the number of entries of the group that the archive has not taken yet. 0 without an archive. */
  queued(groupId: GroupId): number {
    return this.#partitions.get(partitionOf(groupId))?.queued(groupId) ?? 0;
  }

  /** Writes an entry for delivery. Must be called in the step that stores the entry. */
  write(groupId: GroupId, entry: MessageEntry | EventEntry): void {
    if (this.#kinds.size > 0) this.#add(groupId, archiveEntryFrom(entry));
  }

  /** As `write`, for a change of a message. */
  writeChange(groupId: GroupId, change: MessageEvent, sent: ChangedMessage['sent']): void {
    if (this.#kinds.size > 0) this.#add(groupId, archivedChangeFrom(change, sent));
  }

  /** Removes a message and its edits from everything that waits for an adapter or failed. */
  takeDown(groupId: GroupId, id: string): void {
    this.#partitions.get(partitionOf(groupId))?.takeDown(id);
  }

  /** Makes a take-down known to readers of the archive, if there is one. */
  name(groupId: GroupId, id: string, takeDown: Named['takeDown']): void {
    if (this.#kinds.has('archive')) this.#of(partitionOf(groupId)).name(id, takeDown, this.#deps.now());
  }

  /** @returns the take-down if readers of the archive have to know of it */
  named(groupId: GroupId, id: string): Named['takeDown'] | null {
    return this.#partitions.get(partitionOf(groupId))?.named(id) ?? null;
  }

  /** @returns true if the archive has every entry of the group before this one, or never gets it */
  isArchived(groupId: GroupId, before: MessageTarget): boolean {
    return this.#kinds.has('archive') && this.#of(partitionOf(groupId)).isArchived(groupId, before);
  }

  /** @returns what an archive needs to know of a message that waits for it */
  waiting(groupId: GroupId, id: string): ChangedMessage['sent'] {
    const found = this.#partitions.get(partitionOf(groupId))?.waiting(id) ?? null;
    if (found === null || !this.#kinds.has('archive')) return undefined;
    const { request_id, from_user_id, timestamp } = found;
    return { request_id, from_user_id, timestamp };
  }

  #add(groupId: GroupId, entry: ArchiveEntry | null): void {
    if (entry !== null) this.#of(partitionOf(groupId)).add(entry, this.#kinds.has('archive'));
  }

  readonly port: Outbox = {
    kinds: () => this.#kinds,
    open: (lease) =>
      this.#deps.defer(() => {
        if (!this.#deps.isHeld(lease)) return 'not_owner';
        this.#of(lease.partition).open(this.#kinds);
        return 'opened';
      }),
    read: (partition, kind, limit) =>
      this.#deps.defer(() => this.#of(partition).read(kind, limit, this.#deps.now())),
    takenDown: (_, messages) =>
      this.#deps.defer(() => {
        const { isTakenDown } = this.#deps;
        const found = messages.filter(({ groupId, messageId }) => isTakenDown(groupId, messageId));
        return new Set(found.map(({ messageId }) => messageId));
      }),
    commit: (lease, commit) =>
      this.#deps.defer(() => {
        if (!this.#deps.isHeld(lease)) return { type: 'not_owner' };
        return this.#of(lease.partition).commit(commit, this.#deps.now());
      }),
    waiting: (partitions) =>
      this.#deps.defer(
        () => new Set(partitions.filter((partition) => (this.#partitions.get(partition)?.size ?? 0) > 0)),
      ),
  };

  readonly deadLetters: DeadLetters = {
    list: ({ cursor, limit }) =>
      this.#deps.defer(() => {
        if (cursor !== null && !isId(cursor)) throw forgedCursor();
        const all = this.#places();
        const found = cursor === null ? all : all.filter((place) => isAfter(place, cursor));
        const rows = firstPerAnswer(found.slice(0, limit).map(letterAt), letterBytes);
        const shown = found.slice(0, rows.length);
        const last = shown.at(-1);
        return {
          rows,
          nextCursor: found.length > rows.length && last !== undefined ? idOf(last) : null,
        };
      }),
    retry: (id) =>
      this.#deps.defer(() => {
        const place = this.#find(id);
        if (place === null) return false;
        return this.#of(place.partition).retryLetter(place.letter.number, this.#deps.now());
      }),
    delete: (id) =>
      this.#deps.defer(() => {
        const place = this.#find(id);
        return place !== null && this.#of(place.partition).deleteLetter(place.letter.number);
      }),
  };

  #of(partition: number): PartitionOutbox {
    const outbox = this.#partitions.get(partition) ?? new PartitionOutbox();
    this.#partitions.set(partition, outbox);
    return outbox;
  }

  #find(id: string): Place | null {
    return this.#places().find((place) => idOf(place) === id) ?? null;
  }

  #places(): Place[] {
    return [...this.#partitions]
      .flatMap(([partition, outbox]) => [...outbox.letters.values()].map((letter) => ({ letter, partition })))
      .sort((a, b) => compare(sortKeyOf(a), sortKeyOf(b)));
  }
}

type SortKey = readonly [number, number, number];
const sortKeyOf = ({ letter, partition }: Place): SortKey => [letter.diedAtMs, letter.number, partition];
const compare = (a: SortKey, b: SortKey): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
const idOf = (place: Place): string => sortKeyOf(place).join('-');
const isId = (text: string): boolean => /^\d{1,15}-\d{1,15}-\d{1,3}$/.test(text);

function isAfter(place: Place, cursor: string): boolean {
  const [ms = 0, number = 0, partition = 0] = cursor.split('-').map(Number);
  return compare(sortKeyOf(place), [ms, number, partition]) > 0;
}

const letterAt = (place: Place): DeadLetter => {
  const { kind, entry, reason, attempts, diedAtMs } = place.letter;
  const { group_id: groupId, message_id: messageId } = entry;
  return { id: idOf(place), kind, groupId, messageId, entry, raw: null, reason, attempts, diedAtMs };
};
