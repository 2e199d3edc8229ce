/** What changed about the messages of one log: texts after edits, take-downs, reactions and pins. */
import { type Actor, type MessageEvent, reactionKey, type UserId } from '@plenum/protocol';
import { byText, SortedList } from './sorted-list.ts';

/** The parts of a message that an edit replaces. */
export interface MessageBody {
  readonly message: string;
  readonly metadata?: Record<string, unknown>;
  readonly mentions?: UserId[];
}

/** One reaction. Its place in the list stays as long as a user has it. */
export interface ReactionSlot {
  readonly key: string;
  /** As the first user wrote it. */
  readonly reaction: string;
  readonly users: SortedList<UserId>;
}

export class MessageState {
  readonly author: UserId;
  /** True: the message was edited after the log had lost it, and the archive alone has its reactions. */
  isArchived = false;
  /** Null: never edited, or taken down. */
  body: MessageBody | null = null;
  edits = 0;
  editedAtMs: number | null = null;
  isTakenDown = false;
  /** True: an entry closed the message, or an edit did. */
  isClosed = false;
  /** What was appended, by the seq of its entry; empty after an edit. */
  readonly pieces = new Map<number, string>();
  appendedBytes = 0;
  /** Seq of the newest change; 0: none. */
  stateSeq = 0;
  readonly slots: (ReactionSlot | null)[] = [];

  constructor(author: UserId) {
    this.author = author;
  }

  get appended(): string {
    return [...this.pieces.values()].join('');
  }

  /** The reactions that a user has put, in the order of their places. */
  get reactions(): readonly ReactionSlot[] {
    return this.slots.filter((slot) => slot !== null);
  }

  slotOf(reaction: string): ReactionSlot | null {
    const key = reactionKey(reaction);
    return this.reactions.find((slot) => slot.key === key) ?? null;
  }

  react(reaction: string, userId: UserId): ReactionSlot {
    const slot = this.slotOf(reaction) ?? this.#begin(reaction);
    slot.users.add(userId);
    return slot;
  }

  unreact(slot: ReactionSlot, userId: UserId): void {
    slot.users.delete(userId);
    if (slot.users.size === 0) this.slots[this.slots.indexOf(slot)] = null;
  }

  #begin(reaction: string): ReactionSlot {
    const free = this.slots.indexOf(null);
    const slot = { key: reactionKey(reaction), reaction, users: new SortedList<UserId>(byText) };
    this.slots[free < 0 ? this.slots.length : free] = slot;
    return slot;
  }
}

export interface PinState {
  readonly pinnedBy: Actor;
  readonly pinnedAtMs: number;
}

export class MessageStates {
  /** By the seq of the message. */
  readonly #states = new Map<number, MessageState>();
  /** By the seq of each kept change: the seq of its message. */
  readonly #targets = new Map<number, number>();
  /** By the seq of the message, the first pinned first. */
  readonly pins = new Map<number, PinState>();

  of(seq: number): MessageState | null {
    return this.#states.get(seq) ?? null;
  }

  /** The state of a message that is about to change. */
  begin(seq: number, author: UserId): MessageState {
    const state = this.#states.get(seq) ?? new MessageState(author);
    this.#states.set(seq, state);
    return state;
  }

  note({ type, seq, target_seq }: MessageEvent): void {
    this.#targets.set(seq, target_seq);
    const state = this.#states.get(target_seq);
    if (state !== undefined && type !== 'pinned' && type !== 'unpinned') state.stateSeq = seq;
  }

  /** Forgets what an entry that leaves the log needed. A state stays as long as the log has its newest change. */
  forget(seq: number): void {
    this.pins.delete(seq);
    const target = this.#targets.get(seq) ?? seq;
    this.#targets.delete(seq);
    const state = this.#states.get(target);
    if (state !== undefined && Math.max(state.stateSeq, target) <= seq) this.#states.delete(target);
  }
}
