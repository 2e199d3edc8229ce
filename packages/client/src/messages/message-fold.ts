/**
 * Folds the entries of a group's log into the present state of its messages. Entries come in any order of pages and pushes:
 * a message that is read anew brings its newest state, and a change that this state includes already changes nothing.
 */
import type { GroupInfo, MessageEvent } from '@plenum/protocol';
import { type Entry, isChange, isMessage, type MessageEntry } from '../groups/effects.ts';
import { isTakenDown, presentAfter, stateSeqOf } from './present-after.ts';

/**
 * Changes of messages that are not known (yet) are kept for a page that was read before them and arrives after them. If more
 * than 1,000 come between, a message of that page may miss changes.
 */
const keptChangesMax = 1000;

export interface FoldOptions {
  /** The user for whom `me` of the reactions is. Absent: reactions that come live have no `me`. */
  readonly userId?: string;
}

export type Pin = NonNullable<GroupInfo['pinned']>[number];

/** A pin, or the end of one; `seq` is that of the entry. */
interface PinChange {
  readonly seq: number;
  readonly pin: Pin | null;
}

export class MessageFold {
  readonly #reader: string | null;
  readonly #bySeq = new Map<number, MessageEntry>();
  readonly #keptChanges = new Map<string, MessageEvent[]>();
  #keptCount = 0;
  readonly #pins = new Map<string, PinChange>();
  /** Null: it changed since the list was asked for. */
  #sorted: readonly MessageEntry[] | null = [];

  constructor({ userId }: FoldOptions = {}) {
    this.#reader = userId ?? null;
  }

  /** All known messages in their present state, by seq. The same array until one changes. */
  get messages(): readonly MessageEntry[] {
    this.#sorted ??= [...this.#bySeq.values()].sort((a, b) => a.seq - b.seq);
    return this.#sorted;
  }

  get size(): number {
    return this.#bySeq.size;
  }

  get(messageId: string): MessageEntry | undefined {
    return [...this.#bySeq.values()].find(({ message_id }) => message_id === messageId);
  }

  /** @returns the present state of the message that came or changed; null: no known message has another state now */
  add(entry: Entry): MessageEntry | null {
    if (isMessage(entry)) return this.#addMessage(entry);
    return isChange(entry) ? this.#addChange(entry) : null;
  }

  /**
   * The pinned messages, the first pinned first.
   * @param listed `pinned` of `get_group_info`, and its `seq`; pins and their ends that came later are applied to it
   */
  pins(listed: { readonly pinned?: readonly Pin[]; readonly seq: number }): Pin[] {
    const later = [...this.#pins.values()].filter(({ seq }) => seq > listed.seq);
    const changed = new Set([...this.#pins].filter(([, { seq }]) => seq > listed.seq).map(([id]) => id));
    const kept = (listed.pinned ?? []).filter(({ message_id }) => !changed.has(message_id));
    return [...kept, ...later.sort((a, b) => a.seq - b.seq).flatMap(({ pin }) => pin ?? [])];
  }

  /**
   * Forgets messages from `seq` on, and kept changes.
   * @returns false if the state of an earlier message, or a pin, includes a change from there on: it must be read anew
   */
  forgetFrom(seq: number): boolean {
    this.#forgetKept();
    for (const at of [...this.#bySeq.keys()]) if (at >= seq) this.#bySeq.delete(at);
    this.#sorted = null;
    const isPinChanged = [...this.#pins.values()].some((change) => change.seq >= seq);
    return !isPinChanged && [...this.#bySeq.values()].every((message) => stateSeqOf(message) < seq);
  }

  /** Forgets the oldest messages above `max`. @returns the seq of the oldest one that is left; null: none was forgotten */
  keepNewest(max: number): number | null {
    if (this.#bySeq.size <= max) return null;
    const kept = this.messages.slice(-max);
    for (const { seq } of this.messages.slice(0, -max)) this.#bySeq.delete(seq);
    this.#sorted = kept;
    return kept[0]?.seq ?? null;
  }

  clear(): void {
    this.#bySeq.clear();
    this.#pins.clear();
    this.#forgetKept();
    this.#sorted = [];
  }

  #addMessage(entry: MessageEntry): MessageEntry | null {
    const known = this.#bySeq.get(entry.seq);
    const isSame = known?.message_id === entry.message_id;
    if (known !== undefined && isSame) {
      const isTextBack = isTakenDown(known) && !isTakenDown(entry);
      if (isTextBack || stateSeqOf(known) >= stateSeqOf(entry)) return null;
    }
    const changes = this.#takeChanges(entry.message_id);
    const present = changes.reduce((state, change) => presentAfter(state, change, this.#reader), entry);
    return this.#set(present);
  }

  #addChange(change: MessageEvent): MessageEntry | null {
    this.#addPin(change);
    const message = this.#bySeq.get(change.target_seq);
    if (message === undefined || message.message_id !== change.message_id) {
      this.#keep(change);
      return null;
    }
    const present = presentAfter(message, change, this.#reader);
    return present === message ? null : this.#set(present);
  }

  #addPin({ type, message_id, target_seq, actor_id, timestamp, seq }: MessageEvent): void {
    if (type !== 'pinned' && type !== 'unpinned' && type !== 'deleted') return;
    if ((this.#pins.get(message_id)?.seq ?? 0) >= seq) return;
    const pin = { message_id, seq: target_seq, pinned_by: actor_id, pinned_at: timestamp };
    this.#pins.set(message_id, { seq, pin: type === 'pinned' ? pin : null });
  }

  #set(message: MessageEntry): MessageEntry {
    this.#bySeq.set(message.seq, message);
    this.#sorted = null;
    return message;
  }

  #keep(change: MessageEvent): void {
    const kept = this.#keptChanges.get(change.message_id) ?? [];
    kept.push(change);
    this.#keptChanges.set(change.message_id, kept);
    this.#keptCount += 1;
    for (const [oldest, changes] of this.#keptChanges) {
      if (this.#keptCount <= keptChangesMax) return;
      this.#keptChanges.delete(oldest);
      this.#keptCount -= changes.length;
    }
  }

  #takeChanges(messageId: string): readonly MessageEvent[] {
    const changes = this.#keptChanges.get(messageId) ?? [];
    this.#keptChanges.delete(messageId);
    this.#keptCount -= changes.length;
    return [...changes].sort((a, b) => a.seq - b.seq);
  }

  #forgetKept(): void {
    this.#keptChanges.clear();
    this.#keptCount = 0;
  }
}

/**
 * Folds entries of one log into the present state of their messages, by seq. Pure.
 * @param entries in order: as they came, or pages of `history`
 */
export function foldEntries(entries: Iterable<Entry>, options: FoldOptions = {}): readonly MessageEntry[] {
  const fold = new MessageFold(options);
  for (const entry of entries) fold.add(entry);
  return fold.messages;
}
