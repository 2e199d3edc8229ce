/** Changes of messages: edits, take-downs, reactions and pins, and reads of one message. */
import type { Actor, GroupId, UserId } from '@plenum/protocol';
import type { LogHead, Page } from '../groups/records.ts';
import type { MessageEntry } from '../log/entry.ts';
import type { KnownState } from '../log/known-state.ts';
import type {
  MessageAdmission,
  MessageCommand,
  MessageOutcome,
  MessageTarget,
} from '../log/message-commands.ts';

/** One message as it is now, and the head of the log in the same read. */
export interface FoundMessage {
  readonly head: LogHead;
  /** Null: the log has no message of this id. A tombstone is a message. */
  readonly entry: MessageEntry | null;
}

export interface Reactor {
  readonly userId: UserId;
  readonly reaction: string;
}

export interface Pin extends MessageTarget {
  readonly pinnedBy: Actor;
  /** Engine clock, ms. */
  readonly pinnedAtMs: number;
}

/** What an archive has to have got of a message before its text can be edited there. */
export interface LostMessage {
  readonly head: LogHead;
  /** True: nothing that the log has lost still waits for the archive, in the outbox, the retries or the dead letters. */
  readonly isArchived: boolean;
  /** If `isArchived`: an archive that is read after this has every change of the message up to this seq, or never gets it. */
  readonly throughSeq: number;
}

/** Messages that one user wrote, in a part of a log. */
export interface Written {
  readonly targets: readonly MessageTarget[];
  /** The seq after which the next part begins; null: this was the last part. */
  readonly nextSeq: number | null;
}

/**
 * A message is changed as long as the log has it, edited and taken down as long as an archive has it. A message of a past epoch is found if that epoch has its seq. Every
 * method throws `PlenumError` (`unavailable`, `timeout`) when the store cannot be reached; after `timeout` the outcome
 * of a change is unknown, and the same request key may be tried again.
 *
 * Take-down: once `change` has answered a `take_down`, no method of any port returns the text of the message or of its
 * edits. The log has a tombstone at its seq. The outbox, the retries and the dead letters have lost the message and its
 * edits, and the room queue no longer counts them.
 */
export interface MessageChanges {
  /**
   * Executes one command, all or nothing, in this order: a repeated request key gets its first answer · ends due mutes ·
   * the operation's row of the rule table (`unreact` is `react`, `unpin` is `pin`) · the bounds of reactions and pins ·
   * a token is there (`edit`: of the message bucket if `isRateLimited`; others: of the change bucket; the service and an
   * admitted command need none) · if the message is in the wanted state already: takes the token, answers and writes
   * nothing · the room queue · takes the token, appends a `change` entry and publishes it.
   */
  change(command: MessageCommand): Promise<MessageOutcome>;
  /**
   * Checks a change before adapters are asked, without the room queue: a repeated request gets its first answer, a
   * forbidden one its refusal, one that would change nothing the present state, and the token is taken. Changes nothing else. `change` checks the rules again.
   */
  admit(command: MessageCommand): Promise<MessageAdmission>;
  /** @param reader for `me` of its reactions; null: without `me`. Null result: neither group nor tombstone exists. */
  get(groupId: GroupId, target: MessageTarget, reader: UserId | null): Promise<FoundMessage | null>;
  /**
   * Returns by id what is known of messages that an archive may show in an earlier state; of the others nothing. A take-down
   * is known until the archive has its entry and `takenDownNamedMs` longer: also if the entry is a dead letter, and if that
   * is deleted for good. Edits and reactions are known as long as the log has the newest of them; of a message that was
   * sent open only if an edit has closed it. Without an archive no take-down is known.
   * @param targets at most 400
   * @param reader for `me` of reactions; null: without `me`
   */
  states(
    groupId: GroupId,
    targets: readonly MessageTarget[],
    reader: UserId | null,
  ): Promise<ReadonlyMap<string, KnownState>>;
  /** What the archive has got of a message that the log has lost. Null: neither group nor tombstone exists. */
  lost(groupId: GroupId, target: MessageTarget): Promise<LostMessage | null>;
  /**
   * Lists who reacted, by reaction and then by user. Costs the page, never the message. A user that keeps its reaction
   * is listed once, whatever happens between two pages. Null: the log has no such message, or it was taken down.
   * @throws PlenumError `invalid_args` for a cursor that this method did not return
   */
  reactions(
    groupId: GroupId,
    page: {
      readonly target: MessageTarget;
      /** The key of one reaction; null: all. */
      readonly reactionKey: string | null;
      readonly cursor: string | null;
      readonly limit: number;
    },
  ): Promise<Page<Reactor> | null>;
  /**
   * Finds what the user wrote and the log still shows: messages, and what was edited or appended of one that has left the
   * log. Reads a bounded part of the log and returns no text. Nothing is found in a group that was deleted.
   */
  writtenBy(groupId: GroupId, userId: UserId, page: { readonly afterSeq: number }): Promise<Written>;
  /** The pinned messages that the log still has, the first pinned first, at most 50. Empty: none, or no such group. */
  pins(groupId: GroupId): Promise<readonly Pin[]>;
}
