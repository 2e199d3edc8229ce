/** The outbox of one partition in memory: entries in order, a cursor per kind, room queues, retries and dead letters. */
import {
  type ArchiveEntry,
  type CommitOutcome,
  type DeliveredMessage,
  type DeliveryCommit,
  type DeliveryKind,
  type DueRetry,
  editWithoutText,
  isArchivedChange,
  type KnownState,
  type MessageTarget,
  type OutboxBatch,
  type PageMark,
  refusedOffsets,
  takenDownNamedMs,
} from '@plenum/core';
import type { GroupId } from '@plenum/protocol';

interface Waiting {
  readonly number: number;
  readonly entry: ArchiveEntry;
}
interface Scheduled extends DueRetry {
  readonly dueMs: number;
}
export interface StoredLetter {
  readonly number: number;
  readonly kind: DeliveryKind;
  readonly entry: ArchiveEntry;
  readonly reason: string;
  readonly attempts: number;
  readonly diedAtMs: number;
}
/** A take-down, and from when on it is known no more, ms; infinity as long as the archive has not got it. */
interface KnownName extends Named {
  readonly untilMs: number;
}

/** What readers of an archive are shown in the place of a message. */
export interface Named {
  readonly takeDown: Extract<KnownState, { type: 'taken_down' }>;
}
interface KindState {
  cursor: number;
  pageMark: PageMark | null;
}

export class PartitionOutbox {
  /** Ascending by number. Entries that every kind has passed are removed. */
  #entries: Waiting[] = [];
  #lastNumber = 0;
  readonly #kinds = new Map<DeliveryKind, KindState>();
  readonly #queued = new Map<GroupId, number>();
  readonly #retries: Readonly<Record<DeliveryKind, Map<string, Scheduled>>> = {
    archive: new Map(),
    notifier: new Map(),
  };
  /** By number, the oldest first. */
  readonly letters = new Map<number, StoredLetter>();
  #lastLetter = 0;
  /** Take-downs by the id of their message. */
  readonly #takenDown = new Map<string, KnownName>();

  get size(): number {
    return this.#entries.length;
  }

  /** @param isCounted true if there is an archive, whose room queue counts the entry */
  add(entry: ArchiveEntry, isCounted: boolean): void {
    this.#lastNumber += 1;
    this.#entries.push({ number: this.#lastNumber, entry });
    if (isCounted) this.#queued.set(entry.group_id, this.queued(entry.group_id) + 1);
  }

  /** Makes a take-down known to readers of the archive until the archive has its entry, and for a while longer. */
  name(messageId: string, takeDown: Named['takeDown'], nowMs: number): void {
    this.#forgetNames(nowMs);
    this.#takenDown.set(messageId, { takeDown, untilMs: Number.POSITIVE_INFINITY });
  }

  named(messageId: string): Named['takeDown'] | null {
    return this.#takenDown.get(messageId)?.takeDown ?? null;
  }

  #forgetNames(nowMs: number): void {
    for (const [id, { untilMs }] of this.#takenDown) if (untilMs <= nowMs) this.#takenDown.delete(id);
  }

  /** The archive has this entry now. */
  #noteArchived(entry: ArchiveEntry, nowMs: number): void {
    if (!isArchivedChange(entry) || entry.type !== 'deleted') return;
    const known = this.#takenDown.get(entry.target.message_id);
    if (known === undefined) return;
    this.#takenDown.set(entry.target.message_id, { ...known, untilMs: nowMs + takenDownNamedMs });
  }

  /**
   * Removes a message; the room queue no longer counts it if the archive has not taken it. Its edits lose their texts. One
   * that the archive has not taken comes again at the end.
   */
  takeDown(id: string): void {
    const archiveCursor = this.#kinds.get('archive')?.cursor ?? 0;
    const isMeant = ({ entry }: { readonly entry: ArchiveEntry }) => isOfMessage(entry, id);
    const meant = this.#entries.filter(isMeant);
    this.#entries = this.#entries.filter((waiting) => !isMeant(waiting));
    for (const { entry } of meant.filter(({ number }) => number > archiveCursor)) {
      if (isArchivedChange(entry)) this.add(editWithoutText(entry), false);
      else this.#countOff(entry);
    }
    for (const [kind, retries] of Object.entries(this.#retries)) {
      for (const [messageId, retry] of retries) {
        if (!isMeant(retry)) continue;
        if (isArchivedChange(retry.entry))
          retries.set(messageId, { ...retry, entry: editWithoutText(retry.entry) });
        else {
          if (kind === 'archive') this.#countOff(retry.entry);
          retries.delete(messageId);
        }
      }
    }
    for (const letter of [...this.letters.values()].filter(isMeant)) {
      if (isArchivedChange(letter.entry))
        this.letters.set(letter.number, { ...letter, entry: editWithoutText(letter.entry) });
      else this.deleteLetter(letter.number);
    }
  }

  /**
   * @returns true if nothing of this epoch of the group that is before the seq waits for the archive, and nothing of the group
   * is retried or a dead letter
   */
  isArchived(groupId: GroupId, { epoch, seq }: MessageTarget): boolean {
    const cursor = this.#kinds.get('archive')?.cursor;
    if (cursor === undefined) return false;
    const isOfGroup = ({ entry }: { readonly entry: ArchiveEntry }) => entry.group_id === groupId;
    const letters = [...this.letters.values()].filter(({ kind }) => kind === 'archive');
    if ([...letters, ...this.#retries.archive.values()].some(isOfGroup)) return false;
    return !this.#entries.some(
      ({ number, entry }) =>
        number > cursor && isOfGroup({ entry }) && entry.epoch === epoch && entry.seq < seq,
    );
  }

  /** @returns the message if it waits for the archive */
  waiting(id: string): DeliveredMessage | null {
    const cursor = this.#kinds.get('archive')?.cursor ?? 0;
    const behind = this.#entries.filter(({ number }) => number > cursor);
    const letters = [...this.letters.values()].filter(({ kind }) => kind === 'archive');
    for (const { entry } of [...behind, ...this.#retries.archive.values(), ...letters])
      if (entry.type === 'message' && entry.message_id === id) return entry;
    return null;
  }

  queued(groupId: GroupId): number {
    return this.#queued.get(groupId) ?? 0;
  }

  open(kinds: ReadonlySet<DeliveryKind>): void {
    for (const kind of kinds) {
      if (!this.#kinds.has(kind)) this.#kinds.set(kind, { cursor: 0, pageMark: null });
    }
    for (const kind of [...this.#kinds.keys()]) {
      if (kinds.has(kind)) continue;
      this.#kinds.delete(kind);
      this.#retries[kind].clear();
    }
    if (!kinds.has('archive')) this.#queued.clear();
    this.#trim();
  }

  read(kind: DeliveryKind, limit: number, nowMs: number): OutboxBatch | null {
    const state = this.#kinds.get(kind);
    if (state === undefined) return null;
    const behind = this.#entries.filter(({ number }) => number > state.cursor);
    const scheduled = [...this.#retries[kind].values()].sort((a, b) => a.dueMs - b.dueMs);
    const next = scheduled.find(({ dueMs }) => dueMs > nowMs);
    const shown = behind.slice(0, limit);
    return {
      cursor: String(state.cursor),
      entries: shown.map(({ number, entry }) => ({ offset: String(number), entry })),
      unreadable: [],
      unreadableRetries: [],
      retrying: scheduled.length,
      retryingOf: countByGroup(scheduled),
      endOffset: String(shown.at(-1)?.number ?? state.cursor),
      waiting: behind.length,
      pageMark: state.pageMark,
      retries: scheduled.filter(({ dueMs }) => dueMs <= nowMs).slice(0, limit),
      nextRetryMs: next === undefined ? null : next.dueMs - nowMs,
    };
  }

  commit(commit: DeliveryCommit, nowMs: number): CommitOutcome {
    const { kind, cursor, passed, pageMark, deliveredRetries, deadLettersKept } = commit;
    const state = this.#kinds.get(kind);
    if (state === undefined || String(state.cursor) !== commit.expectedCursor) return { type: 'moved' };
    this.#schedule(commit, nowMs);
    const buried = this.#bury(commit, nowMs);
    this.#forgetNames(nowMs);
    for (const messageId of deliveredRetries) this.#take(kind, messageId, nowMs);
    state.cursor = Number(cursor);
    state.pageMark = pageMark;
    if (kind === 'archive') this.#countTaken(passed, commit, nowMs);
    this.#trim();
    const dropped = deadLettersKept === null ? 0 : this.#dropLetters(kind, buried, deadLettersKept);
    return { type: 'committed', droppedDeadLetters: dropped };
  }

  /** Moves a dead letter back to the retries. @returns false if there is no such letter */
  retryLetter(number: number, nowMs: number): boolean {
    const letter = this.letters.get(number);
    if (letter === undefined) return false;
    const { kind, entry } = letter;
    const { message_id: messageId } = entry;
    const retry = { messageId, entry, attempts: 0, membersCursor: null, dueMs: nowMs };
    this.#retries[kind].set(messageId, retry);
    return this.letters.delete(number);
  }

  /** @returns false if there is no such letter */
  deleteLetter(number: number): boolean {
    const letter = this.letters.get(number);
    if (letter?.kind === 'archive') this.#countOff(letter.entry);
    return this.letters.delete(number);
  }

  #take(kind: DeliveryKind, messageId: string, nowMs: number): void {
    const entry = this.#retries[kind].get(messageId)?.entry;
    if (kind === 'archive' && entry !== undefined) {
      this.#countOff(entry);
      this.#noteArchived(entry, nowMs);
    }
    this.#retries[kind].delete(messageId);
  }

  /**
   * Counts off the entries that the archive has taken. A refused entry still counts for the room queue; one that was
   * taken down meanwhile is counted off already.
   */
  #countTaken(passed: DeliveryCommit['passed'], commit: DeliveryCommit, nowMs: number): void {
    const refused = refusedOffsets(commit);
    const waiting = new Set(this.#entries.map(({ number }) => String(number)));
    for (const { entry, offset } of passed) {
      if (waiting.has(offset) && !refused.has(offset)) this.#countOff(entry);
      if (!refused.has(offset)) this.#noteArchived(entry, nowMs);
    }
  }

  #schedule({ kind, retries }: DeliveryCommit, nowMs: number): void {
    for (const { messageId, attempts, offset, delayMs, membersCursor } of retries) {
      const entry = this.#find(kind, messageId, offset);
      if (entry === null) continue;
      const dueMs = delayMs === null ? this.#turnOf(kind, entry.group_id, nowMs) : nowMs + delayMs;
      this.#retries[kind].set(messageId, { messageId, entry, attempts, membersCursor, dueMs });
    }
  }

  /**
   * @returns when a new retry is due: after all waiting retries of its group, and before overdue retries of a group that
   * has more of them
   */
  #turnOf(kind: DeliveryKind, groupId: GroupId, nowMs: number): number {
    const scheduled = [...this.#retries[kind].values()];
    const earliestMs = Math.min(nowMs, ...scheduled.map(({ dueMs }) => dueMs));
    return earliestMs + (countByGroup(scheduled).get(groupId) ?? 0);
  }

  /** Turns entries into dead letters. @returns the groups that got one */
  #bury({ kind, deadLetters }: DeliveryCommit, nowMs: number): ReadonlySet<GroupId> {
    const groups = new Set<GroupId>();
    for (const { messageId, attempts, offset, reason } of deadLetters) {
      const entry = this.#find(kind, messageId, offset);
      if (entry === null) continue;
      this.#lastLetter += 1;
      const number = this.#lastLetter;
      this.letters.set(number, { number, kind, entry, reason, attempts, diedAtMs: nowMs });
      this.#retries[kind].delete(messageId);
      groups.add(entry.group_id);
    }
    return groups;
  }

  /** Removes the oldest letters of each group so that `kept` stay. @returns the number of removed letters */
  #dropLetters(kind: DeliveryKind, groups: ReadonlySet<GroupId>, kept: number): number {
    const letters = [...this.letters.values()].filter((letter) => letter.kind === kind);
    const dropped = [...groups].flatMap((groupId) => {
      const own = letters.filter(({ entry }) => entry.group_id === groupId);
      return own.slice(0, Math.max(0, own.length - kept));
    });
    for (const { number } of dropped) this.letters.delete(number);
    return dropped.length;
  }

  #find(kind: DeliveryKind, messageId: string, offset: string | null): ArchiveEntry | null {
    if (offset === null) return this.#retries[kind].get(messageId)?.entry ?? null;
    return this.#entries.find(({ number }) => String(number) === offset)?.entry ?? null;
  }

  #countOff(entry: ArchiveEntry): void {
    const left = this.queued(entry.group_id) - 1;
    if (left > 0) this.#queued.set(entry.group_id, left);
    else this.#queued.delete(entry.group_id);
  }

  #trim(): void {
    const smallest = Math.min(...[...this.#kinds.values()].map(({ cursor }) => cursor));
    this.#entries = this.#entries.filter(({ number }) => this.#kinds.size > 0 && number > smallest);
  }
}

/** True for the message with this id, and for its edits with a text. */
const isOfMessage = (entry: ArchiveEntry, id: string): boolean =>
  isArchivedChange(entry)
    ? (entry.type === 'edited' || entry.message !== undefined) &&
      entry.target.message_id === id &&
      entry.deleted !== true
    : entry.message_id === id;

function countByGroup(scheduled: readonly Scheduled[]): ReadonlyMap<GroupId, number> {
  const counts = new Map<GroupId, number>();
  for (const { entry } of scheduled) counts.set(entry.group_id, (counts.get(entry.group_id) ?? 0) + 1);
  return counts;
}
