/**
 * Own edits and reactions that are shown before the server has confirmed them. Each is applied on top of the present state until
 * its entry has come, whatever comes first, the entry or the answer; a refused one is taken away again.
 */
import type { MessageEvent } from '@plenum/protocol';
import type { MessageEntry } from '../groups/effects.ts';
import type { EditFields } from '../requests/typed-requests.ts';
import { isTakenDown, reactionOn, withReaction } from './present-after.ts';

/** A message as it is shown. `pending`: it includes own changes that are not confirmed yet. */
export type ShownMessage = MessageEntry & { readonly pending?: true };

/** Mentions are shown when the server has confirmed them: it drops those of users who do not receive. */
export type OwnChange =
  | { readonly type: 'edited'; readonly message: string; readonly metadata: EditFields['metadata'] }
  | { readonly type: 'reacted' | 'unreacted'; readonly reaction: string };

interface Unconfirmed {
  readonly messageId: string;
  readonly change: OwnChange;
  /** The seq of the answer; null: it has not come. */
  ackedSeq: number | null;
}

export class OptimisticChanges {
  #changes: Unconfirmed[] = [];
  /** What `appliedTo` has returned: the same object until the message or the changes are others. */
  #applied = new WeakMap<MessageEntry, ShownMessage>();

  /** @returns a handle for `acked` and `drop` */
  add(messageId: string, change: OwnChange): object {
    const added: Unconfirmed = { messageId, change, ackedSeq: null };
    this.#changes.push(added);
    this.#applied = new WeakMap();
    return added;
  }

  /** The server has made the change; its entry, if it has one, has this seq. */
  acked(handle: object, seq: number): void {
    for (const change of this.#changes) if (change === handle) change.ackedSeq = seq;
  }

  drop(handle: object): void {
    this.#dropWhere((change) => change === handle);
  }

  /**
   * An own change came as an entry. It replaces the first unconfirmed one with the same content, whose answer may come later.
   * If another device of the user made it, nothing is lost: both lead to the same state.
   * @returns true if there was one
   */
  landed(entry: MessageEvent): boolean {
    const first = this.#changes.find(
      ({ messageId, change }) => messageId === entry.message_id && isSame(change, entry),
    );
    if (first !== undefined) this.drop(first);
    return first !== undefined;
  }

  /** The state includes all entries up to `seq`. @returns the ids of the messages that are shown without a change now */
  reached(seq: number): readonly string[] {
    return this.#dropWhere(({ ackedSeq }) => ackedSeq !== null && ackedSeq <= seq);
  }

  /** Entries were lost, or will not come: what the server has confirmed is in the state that is read anew, or is lost too. */
  dropAcked(): void {
    this.#dropWhere(({ ackedSeq }) => ackedSeq !== null);
  }

  appliedTo(message: MessageEntry): ShownMessage {
    const known = this.#applied.get(message);
    if (known !== undefined) return known;
    let shown: ShownMessage = message;
    for (const { messageId, change } of this.#changes) {
      if (messageId === message.message_id) shown = applied(shown, change);
    }
    if (shown !== message) this.#applied.set(message, shown);
    return shown;
  }

  get isEmpty(): boolean {
    return this.#changes.length === 0;
  }

  #dropWhere(isOver: (change: Unconfirmed) => boolean): readonly string[] {
    const over = this.#changes.filter(isOver);
    if (over.length > 0) {
      this.#changes = this.#changes.filter((change) => !isOver(change));
      this.#applied = new WeakMap();
    }
    return over.map(({ messageId }) => messageId);
  }
}

function isSame(change: OwnChange, entry: MessageEvent): boolean {
  if (change.type !== entry.type) return false;
  return change.type === 'edited'
    ? change.message === entry.message
    : change.reaction.normalize('NFC') === entry.reaction?.normalize('NFC');
}

function applied(message: ShownMessage, change: OwnChange): ShownMessage {
  if (isTakenDown(message)) return message;
  if (change.type === 'edited') {
    const metadata = change.metadata === undefined ? {} : { metadata: change.metadata };
    return { ...message, message: change.message, ...metadata, pending: true };
  }
  const isMe = change.type === 'reacted';
  const state = reactionOn(message.reactions ?? {}, change.reaction);
  if ((state?.me ?? false) === isMe) return message;
  const count = Math.max((state?.count ?? 0) + (isMe ? 1 : -1), 0);
  return { ...withReaction(message, change.reaction, { count, isMe }), pending: true };
}
