/** The entries of one group's log: seqs without gaps in one epoch, a maximum length, and a maximum age of an idle log. */
import {
  type ChangeEntry,
  type EventEntry,
  type GroupRetention,
  isoTime,
  type LogEntry,
  type LogHead,
  type MessageEntry,
  messageId,
  messageOf,
} from '@plenum/core';
import type { GroupEvent, GroupId, MessageEvent, RelayedMessage, UserId } from '@plenum/protocol';
import { MessageStates } from './message-states.ts';

export interface Retention {
  readonly historyMaxEntries: number;
  readonly historyMaxAgeMs: number;
}

/** An event without the fields that the log adds. `actor_id` is absent if the user itself is the actor. */
export type EventDraft = Omit<GroupEvent, 'group_id' | 'epoch' | 'seq' | 'timestamp'>;

export interface NewMessage {
  readonly sender: UserId;
  readonly requestId: string;
  readonly message: string;
  /** JSON text. */
  readonly metadata: string | null;
  readonly reply: RelayedMessage['reply'] | null;
  readonly mentions: readonly UserId[];
  readonly isOpen: boolean;
  readonly expiresInMs: number | null;
  readonly traceparent?: string | undefined;
  /** Only of a message of another system, which does not count as unread. */
  readonly timestamp?: string;
}

/** A change of a message without the fields that the log adds. */
export type ChangeDraft = Omit<MessageEvent, 'group_id' | 'epoch' | 'seq' | 'timestamp'>;

export class GroupEntries {
  readonly messages = new MessageStates();
  /** As in `LogHead`; null: absent. */
  membersVersion: number | null = null;
  readonly #groupId: GroupId;
  readonly #epoch: string;
  readonly #service: Retention;
  #own: GroupRetention = { maxEntries: null, maxAgeMs: null };
  /** The time of each kept entry, ms. */
  readonly #timesAt = new Map<number, number>();
  readonly #kept = new Map<number, LogEntry>();
  /** For each kept entry, by seq: the number of messages up to it. */
  readonly #messagesAt = new Map<number, number>();
  /** Whom the kept messages mention, by seq. */
  readonly #mentionsAt = new Map<number, ReadonlySet<UserId>>();
  #messages = 0;
  #seq = 0;
  #oldestSeq = 1;
  #lastAppendedMs = 0;

  constructor(groupId: GroupId, epoch: string, retention: Retention) {
    this.#groupId = groupId;
    this.#epoch = epoch;
    this.#service = retention;
  }

  get epoch(): string {
    return this.#epoch;
  }
  /** The time of the last entry, ms. */
  get lastAppendedMs(): number {
    return this.#lastAppendedMs;
  }
  get seq(): number {
    return this.#seq;
  }
  /** Of the first kept entry; the next seq if there is none. */
  get oldestSeq(): number {
    return this.#oldestSeq;
  }

  /** True if the kept entry at `seq` is a message, perhaps taken down. */
  isMessage(seq: number): boolean {
    return this.#kept.get(seq)?.type === 'message';
  }

  /** @returns the number of messages up to `seq`; for an entry that is no longer kept, up to the oldest kept entry */
  messagesUntil(seq: number): number {
    if (seq >= this.#seq) return this.#messages;
    const found = this.#messagesAt.get(seq);
    if (found !== undefined) return found;
    const oldest = this.#kept.get(this.#oldestSeq);
    if (oldest === undefined) return this.#messages;
    return (this.#messagesAt.get(this.#oldestSeq) ?? 0) - (oldest.type === 'message' ? 1 : 0);
  }

  /** @returns how many kept messages after `seq` mention the user */
  mentionsAfter(seq: number, userId: UserId, nowMs: number): number {
    this.#endByAge(nowMs);
    let count = 0;
    for (const [at, users] of this.#mentionsAt) if (at > seq && users.has(userId)) count += 1;
    return count;
  }

  /** Replaces those whom a kept message mentions. */
  setMentions(seq: number, users: readonly UserId[]): void {
    if (users.length === 0) this.#mentionsAt.delete(seq);
    else this.#mentionsAt.set(seq, new Set(users));
  }

  /** @returns the kept message with this id; null: there is none */
  messageWithId(id: string): RelayedMessage | null {
    const entry = this.#kept.get(Number(id.slice(id.lastIndexOf('-') + 1)));
    const found = entry?.type === 'message' ? messageOf(entry).result : null;
    return found === null || 'deleted' in found || found.message_id !== id ? null : found;
  }

  appendMessage(draft: NewMessage, nowMs: number): MessageEntry {
    const seq = this.#seq + 1;
    const { timestamp } = draft;
    const result = {
      group_id: this.#groupId,
      from_user_id: draft.sender,
      message: draft.message,
      ...(draft.metadata === null ? {} : { metadata: JSON.parse(draft.metadata) }),
      ...(draft.traceparent === undefined ? {} : { traceparent: draft.traceparent }),
      ...(draft.reply === null ? {} : { reply: draft.reply }),
      ...(draft.mentions.length === 0 ? {} : { mentions: draft.mentions }),
      ...(timestamp === undefined ? {} : { imported: true }),
      ...(draft.isOpen ? { open: true } : {}),
      ...(draft.expiresInMs === null ? {} : { expires_at: isoTime(nowMs + draft.expiresInMs) }),
      timestamp: timestamp ?? isoTime(nowMs),
      message_id: messageId(this.#epoch, seq),
      epoch: this.#epoch,
      seq,
    };
    const wire = Buffer.from(JSON.stringify({ request_id: draft.requestId, success: true, result }));
    this.setMentions(seq, draft.mentions);
    if (timestamp === undefined) this.#messages += 1;
    const timeMs = timestamp === undefined ? nowMs : Date.parse(timestamp);
    return this.#keep({ type: 'message', epoch: this.#epoch, seq, wire }, nowMs, timeMs);
  }

  appendEvent(draft: EventDraft, nowMs: number): EventEntry {
    const { type, user_id, actor_id, ...rest } = draft;
    const seq = this.#seq + 1;
    const event: GroupEvent = {
      group_id: this.#groupId,
      type,
      user_id,
      ...(actor_id === undefined ? {} : { actor_id }),
      epoch: this.#epoch,
      seq,
      timestamp: isoTime(nowMs),
      ...rest,
    };
    const wire = Buffer.from(JSON.stringify(event));
    return this.#keep({ type: 'event', epoch: this.#epoch, seq, wire, event }, nowMs);
  }

  /** @returns the entry with all that it says; the log keeps an edit without its text */
  appendChange(
    draft: ChangeDraft,
    nowMs: number,
  ): { readonly entry: ChangeEntry; readonly change: MessageEvent } {
    const { type, message_id, target_seq, actor_id, ...rest } = draft;
    const seq = this.#seq + 1;
    const bare = {
      group_id: this.#groupId,
      type,
      message_id,
      target_seq,
      actor_id,
      epoch: this.#epoch,
      seq,
      timestamp: isoTime(nowMs),
    };
    const change: MessageEvent = { ...bare, ...rest };
    const { message: _, metadata: __, mentions: ___, text: ____, ...kept } = change;
    const entry = { type: 'change', epoch: this.#epoch, seq } as const;
    // First: the log may lose the message itself in this step, and its state is still needed.
    this.messages.note(change);
    this.#keep({ ...entry, wire: Buffer.from(JSON.stringify(kept)) }, nowMs);
    return { entry: { ...entry, wire: Buffer.from(JSON.stringify(change)) }, change };
  }

  /** @returns the message at this seq, or its tombstone; null: the log has none there */
  message(seq: number, nowMs: number): MessageEntry | null {
    this.#endByAge(nowMs);
    const entry = this.#kept.get(seq);
    return entry?.type === 'message' ? entry : null;
  }

  /** Replaces the text of a message: the log holds it no longer. */
  replace(entry: MessageEntry, result: object): void {
    const { request_id } = messageOf(entry);
    const wire = Buffer.from(JSON.stringify({ request_id, success: true, result }));
    this.#kept.set(entry.seq, { ...entry, wire });
  }

  head(nowMs: number, isDeleted: boolean): LogHead {
    this.#endByAge(nowMs);
    const version = this.membersVersion === null ? {} : { membersVersion: this.membersVersion };
    return {
      ...{ epoch: this.#epoch, seq: this.#seq, past: [], oldestSeq: this.#oldestSeq, isDeleted },
      ...version,
    };
  }

  /** From now on, joins and leaves may be no entries. */
  beginVersions(): void {
    this.membersVersion ??= 1;
  }

  /** Numbers a join or leave that is no entry. */
  unlisted({ type, user_id, actor_id, ...rest }: EventDraft, nowMs: number): GroupEvent {
    this.membersVersion = (this.membersVersion ?? 1) + 1;
    return {
      group_id: this.#groupId,
      type,
      user_id,
      ...(actor_id === undefined ? {} : { actor_id }),
      epoch: this.#epoch,
      seq: this.#seq,
      timestamp: isoTime(nowMs),
      ...rest,
    };
  }

  /** Kept entries with afterSeq < seq, ascending, at most `limit`. */
  after(afterSeq: number, limit: number): LogEntry[] {
    const first = Math.max(afterSeq + 1, this.#oldestSeq);
    return this.#between(first, Math.min(this.#seq, first + limit - 1));
  }

  /** The last kept entries with seq < beforeSeq, ascending, at most `limit`. */
  before(beforeSeq: number, limit: number): LogEntry[] {
    const last = Math.min(beforeSeq - 1, this.#seq);
    return this.#between(Math.max(this.#oldestSeq, last - limit + 1), last);
  }

  #between(first: number, last: number): LogEntry[] {
    const entries: LogEntry[] = [];
    for (let seq = first; seq <= last; seq += 1) {
      const entry = this.#kept.get(seq);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  #keep<E extends LogEntry>(entry: E, nowMs: number, timeMs = nowMs): E {
    this.#endByAge(nowMs);
    this.#kept.set(entry.seq, entry);
    this.#messagesAt.set(entry.seq, this.#messages);
    this.#timesAt.set(entry.seq, timeMs);
    this.#seq = entry.seq;
    this.#lastAppendedMs = nowMs;
    this.#trim(nowMs);
    return entry;
  }

  /** Keeps less than the service from now on. Null: as the service. */
  keepLess(own: GroupRetention | null, nowMs: number): void {
    this.#own = own ?? { maxEntries: null, maxAgeMs: null };
    this.#trim(nowMs);
  }

  get #maxAgeMs(): number {
    return Math.min(this.#own.maxAgeMs ?? Number.POSITIVE_INFINITY, this.#service.historyMaxAgeMs);
  }

  #trim(nowMs: number): void {
    const { maxEntries, maxAgeMs } = this.#own;
    const kept = Math.min(maxEntries ?? Number.POSITIVE_INFINITY, this.#service.historyMaxEntries);
    this.#dropOldest(this.#seq - kept);
    if (maxAgeMs === null || maxAgeMs >= this.#service.historyMaxAgeMs) return;
    while ((this.#timesAt.get(this.#oldestSeq) ?? nowMs) < nowMs - maxAgeMs)
      this.#dropOldest(this.#oldestSeq);
  }

  #endByAge(nowMs: number): void {
    if (this.#kept.size === 0 || nowMs - this.#lastAppendedMs < this.#maxAgeMs) return;
    this.#dropOldest(this.#seq);
  }

  #dropOldest(upToSeq: number): void {
    for (; this.#oldestSeq <= upToSeq; this.#oldestSeq += 1) {
      this.#kept.delete(this.#oldestSeq);
      this.#timesAt.delete(this.#oldestSeq);
      this.#messagesAt.delete(this.#oldestSeq);
      this.#mentionsAt.delete(this.#oldestSeq);
      this.messages.forget(this.#oldestSeq);
    }
  }
}
