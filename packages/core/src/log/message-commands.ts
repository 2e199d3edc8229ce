/** Commands that change one message, and their outcomes. One command is one atomic step. */
import {
  type Actor,
  type GroupId,
  limits,
  type MessageHistoryEntry,
  type PresentMessage,
  SERVICE,
  type UserId,
} from '@plenum/protocol';
import type { Refused, RequestKey } from '../groups/commands.ts';
import type { RuleName } from '../groups/rule-table.ts';
import type { ChangedMessage } from './entry.ts';

/** The place of a message, as its id names it. A text of another form names no message: see `targetOf`. */
export interface MessageTarget {
  readonly epoch: string;
  readonly seq: number;
}

interface Base {
  readonly groupId: GroupId;
  readonly actor: Actor;
  readonly request: RequestKey;
  readonly target: MessageTarget;
  /**
   * True: `MessageChanges.admit` has admitted the command and taken its token, so `change` only checks the rules
   * again.
   */
  readonly isAdmitted?: boolean;
}

export interface EditMessage extends Base {
  readonly operation: 'edit';
  /** Only the author edits, so the service never does. */
  readonly actor: UserId;
  /** The whole new text. */
  readonly message: string;
  /** JSON text of an object; null: it stays as it is. */
  readonly metadata: string | null;
  /** At most 50, each once; null: they stay as they are. Who receives nothing in the group is dropped. */
  readonly mentions: readonly UserId[] | null;
  /** True: takes a token of the author's message bucket. False: `admit` has taken it, or rates are not limited. */
  readonly isRateLimited: boolean;
  /** As in `TakeDown`. */
  readonly archived?: ArchivedText | 'unknown' | null;
}
/** Appends to an open message. By the service: closes it if its time is over or its author is gone. */
export interface AppendText extends Base {
  readonly operation: 'append';
  /** Empty only if `isDone`. */
  readonly text: string;
  /** True: nothing can be appended after this. */
  readonly isDone: boolean;
  /** More requests with parts of `text`, at most 11: they get the same answer. If one is known already, all are refused with `conflict`. */
  readonly also: readonly RequestKey[];
}
export interface TakeDown extends Base {
  readonly operation: 'take_down';
  readonly reason: string | null;
  /**
   * True: the message has reached its end. Then the entry is written even if the log has lost the message, so that the
   * archive and devices lose the text too.
   */
  readonly isExpired?: boolean;
  /**
   * Of a message that the log has lost: what an archive has of it. `unknown`: there is an archive that can be asked. Null or
   * absent: there is none, so no such message is found.
   */
  readonly archived?: ArchivedMessage | 'unknown' | null;
}

/** A message as an archive has it. */
export interface ArchivedMessage {
  readonly sent: NonNullable<ChangedMessage['sent']>;
  /** True: `sent.timestamp` is a time of another system. */
  readonly isImported: boolean;
  /** The place of its take-down; null: it was not taken down. */
  readonly takenDown: MessageTarget | null;
}

/** A message with its text, as an archive shows it that has everything of it that the log has lost. */
export interface ArchivedText {
  readonly shown: Extract<MessageHistoryEntry, PresentMessage>;
  /** Of the newest change that `shown` includes; of the message itself if there is none. */
  readonly state: MessageTarget;
  /**
   * Every change of the message up to this seq is included. If the log has lost a later one, the archive has to be read again:
   * the answer is `isBelowLog`.
   */
  readonly throughSeq: number;
}

export interface React extends Base {
  readonly operation: 'react' | 'unreact';
  readonly actor: UserId;
  /** As given; the first user's form is kept. */
  readonly reaction: string;
  /** Its form NFC: two reactions with one key are the same reaction. */
  readonly reactionKey: string;
}
export interface PinMessage extends Base {
  readonly operation: 'pin' | 'unpin';
}

export type MessageCommand = EditMessage | AppendText | TakeDown | React | PinMessage;
export type MessageOperation = MessageCommand['operation'];

/** A change that succeeded, with the state of the message after it. */
export interface MessageChanged {
  readonly type: 'changed';
  /**
   * True if nothing was written now: this is the answer of an earlier attempt, or the message was in the wanted state
   * already.
   */
  readonly isDuplicate: boolean;
  /**
   * Of the entry that records the change. If nothing had to change: of the newest entry that changed the message (a pin
   * does not), else of the message itself.
   */
  readonly epoch: string;
  readonly seq: number;
  /** `edit`: how often the text was edited so far. */
  readonly edits: number;
  /** `edit`: null if the text was never edited. Engine clock, ms. */
  readonly editedAtMs: number | null;
  /** `edit`: mentioned users who do not receive. */
  readonly mentionsDropped: readonly UserId[];
  /** `react`, `unreact`: users with this reaction on the message now; `append`: bytes that were appended so far; else 0. */
  readonly count: number;
}
/** A change that was refused. */
export interface MessageRefused extends Refused {
  /**
   * The answer to a command with `archived: 'unknown'`: the log has lost the message, an archive may have it, and a token
   * was taken for asking. Also the answer to an `ArchivedText` that is older than what the log has lost since.
   */
  readonly isBelowLog?: true;
}
export type MessageOutcome = MessageChanged | MessageRefused;

export const belowLog: MessageRefused = {
  type: 'refused',
  failure: { code: 'message_not_found' },
  isBelowLog: true,
};

/** The change may proceed: it is new, nothing refuses it now, and its token was taken if one is needed. */
export interface MessageAdmitted {
  readonly type: 'admitted';
}
export type MessageAdmission = MessageAdmitted | MessageOutcome;

/** The row of the rule table for an operation. */
export const messageRuleOf = {
  edit: 'edit',
  append: 'append',
  take_down: 'take_down',
  react: 'react',
  unreact: 'react',
  pin: 'pin',
  unpin: 'pin',
} as const satisfies Record<MessageOperation, RuleName>;

/** @returns the place that a message id names; null: a text of this form is the id of no message */
export function targetOf(messageId: string): MessageTarget | null {
  const [, epoch, seq] = /^([0-9A-Za-z]{1,64})-([1-9]\d{0,15})$/.exec(messageId) ?? [];
  if (epoch === undefined || seq === undefined) return null;
  const place = { epoch, seq: Number(seq) };
  return place.seq <= Number.MAX_SAFE_INTEGER ? place : null;
}

/**
 * Changes that are refused while `roomQueueLimit` entries wait for the archive. A take-down is never refused: each message
 * is taken down once. Nor is what undoes an earlier change.
 */
const queuing: ReadonlySet<MessageOperation> = new Set(['edit', 'append', 'react', 'pin']);

/**
 * @returns the number of waiting entries at which the command is refused; null: never. The service only closes messages, each
 * once, and has to end what a full queue must not keep open.
 */
export function messageQueueLimitOf(
  { operation, actor }: Pick<MessageCommand, 'operation' | 'actor'>,
  roomQueueLimit: number,
): number | null {
  const isClosing = operation === 'append' && actor === SERVICE;
  return queuing.has(operation) && !isClosing ? roomQueueLimit : null;
}

/** The bounds of reactions and pins, besides the rules. */
export const messageBounds = {
  reactions: {
    code: 'too_many_reactions',
    limit: limits.reactionsPerMessageMax,
    error: `The message has ${limits.reactionsPerMessageMax} different reactions, which is the limit`,
    field: 'reaction',
  },
  own_reactions: {
    code: 'too_many_reactions',
    limit: limits.reactionsPerUserMax,
    error: `You have put ${limits.reactionsPerUserMax} reactions on the message, which is the limit`,
    field: 'reaction',
  },
  pins: {
    code: 'too_many_pins',
    limit: limits.pinsMax,
    error: `The group has ${limits.pinsMax} pinned messages, which is the limit`,
    field: 'message_id',
  },
} as const;
export type MessageBound = keyof typeof messageBounds;

/** The refusal of a text that would make the appended part of a message too large. */
export const appendedTooLarge = {
  code: 'message_too_large',
  error: `The message has more than ${limits.appendedMaxBytes} appended bytes with this text`,
  details: { field: 'text', limit: limits.appendedMaxBytes },
} as const;

/** The refusal of a change that would exceed a bound. */
export const boundReached = (bound: MessageBound) => {
  const { code, limit, error, field } = messageBounds[bound];
  return { code, error, details: { field, limit } } as const;
};
