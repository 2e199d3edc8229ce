/** The record of a run, which the checker reads: logs, answers to senders, and the entries that devices got. */
import { type GroupType, type HistoryEntry, isMessageEvent, type Posting } from '@plenum/protocol';

/** A copy of an entry that an adapter got, with the id by which adapters know it. */
export type GivenCopy = HistoryEntry & { readonly message_id: string };

export type MessageEntry = Extract<HistoryEntry, { type: 'message' }>;

/**
 * A group's whole log: from `created` on, up to `deleted` if the group ended. After a failover of Redis it continues in another
 * epoch without a gap. A group that was created again has a new log.
 */
export interface EpochLog {
  readonly groupId: string;
  readonly groupType: GroupType;
  /** The limit with which the group was created; absent: none. Entries `updated` change it. */
  readonly maxMembers?: number;
  /** Who might send when the group was created; absent: members. Entries `updated` change it. */
  readonly posting?: Posting;
  /** In the order of the log. */
  readonly entries: readonly HistoryEntry[];
}

/** One attempt to send and its result for the sender. Each attempt with the same request id is a separate `Send`. */
export interface Send {
  readonly groupId: string;
  readonly userId: string;
  readonly requestId: string;
  readonly message: string;
  readonly answer:
    | { readonly type: 'ack'; readonly epoch: string; readonly seq: number; readonly messageId: string }
    | { readonly type: 'refused'; readonly code: string }
    /** There was no answer, or `timeout`: the message may be in the log or not. */
    | { readonly type: 'unknown' };
  /** On one monotonic clock of the whole run, ms. Absent: not recorded. */
  readonly times?: { readonly sentMs: number; readonly answeredMs: number };
}

/** One attempt to change a message and its result for the actor. */
export interface ChangeAttempt {
  readonly groupId: string;
  readonly userId: string;
  readonly requestId: string;
  readonly operation: 'edit' | 'take_down' | 'react' | 'unreact' | 'pin' | 'unpin';
  /** Of the message. */
  readonly targetSeq: number;
  readonly answer: /** The place is that of the entry; if nothing had to change, of the newest one that concerns the message. */
    | { readonly type: 'ack'; readonly epoch: string; readonly seq: number }
    | { readonly type: 'refused'; readonly code: string }
    | { readonly type: 'unknown' };
  /** As of a send. */
  readonly times?: Send['times'];
}

/** Entries of a group that were read anew when all was quiet: messages in their present state. */
export interface Reading {
  readonly groupId: string;
  readonly entries: readonly HistoryEntry[];
}

/** The entries of one group that one device got, in the order of arrival. */
export interface Delivery {
  readonly device: string;
  readonly userId: string;
  readonly groupId: string;
  /**
   * `throughout`: attached from the first entry of each membership to the last. `unasked`: the service attached it as soon as
   * it could, so it may have nothing of a short membership. `partly`: it disconnected and came back.
   */
  readonly presence: 'throughout' | 'unasked' | 'partly';
  readonly entries: readonly HistoryEntry[];
  /** The number of entries that it had at each `resync`, ascending. Later entries need not continue them. */
  readonly resyncs?: readonly number[];
  /** True if it reads the pages that a `resync` left out, so in the end it has every entry. Default false. */
  readonly isRefilled?: boolean;
}

/** The position with which a device came back, and the server's answer. */
export interface Resumption {
  readonly device: string;
  readonly groupId: string;
  readonly epoch: string;
  readonly seq: number;
  /** `recovered`: the log continues the position. */
  readonly answer: 'recovered' | 'resync';
}

export interface RunHistory {
  readonly logs: readonly EpochLog[];
  readonly sends: readonly Send[];
  readonly deliveries: readonly Delivery[];
  /** Absent: not recorded. */
  readonly changes?: readonly ChangeAttempt[];
  /** At the end of the run. Absent: not recorded. */
  readonly readings?: readonly Reading[];
  readonly resumptions?: readonly Resumption[];
  /** Absent: not recorded. */
  readonly served?: readonly ServedAdapter[];
  /** In the order in which Redis did it. Absent: not recorded. */
  readonly leases?: readonly LeaseEvent[];
}

/** The entries that one adapter got in the run, as the adapter has recorded them. */
export interface ServedAdapter {
  /** As dead letters name it: `archive` or `notifier`. */
  readonly kind: string;
  wants(entry: HistoryEntry): boolean;
  /** Every copy, in the order in which the adapter was given them. */
  readonly given: readonly GivenEntry[];
  readonly deadLetters: readonly GivenCopy[];
  /** How often it may have taken the entry, which depends on the faults of the run; at least 1. */
  copiesMax(entry: HistoryEntry): number;
}

export interface GivenEntry {
  readonly entry: GivenCopy;
  /** True if it kept the entry, whatever it answered. False if it refused the entry, or failed before. */
  readonly isTaken: boolean;
}

export interface LeaseEvent {
  /** `refused`: a commit that the fence stopped, so it changed nothing. */
  readonly type: 'granted' | 'committed' | 'refused';
  readonly partition: number;
  readonly token: number;
  readonly nodeId: string;
}

export type Invariant = `I${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 14 | 17 | 18}`;

/**
 * What a violation means to the users of a group. `lost`: an entry that should be there is not. `duplicated`: twice.
 * `reordered`: in another order. `conflicting`: two contents under one name. `forbidden`: it must not be there at all.
 */
export const harms = ['lost', 'duplicated', 'reordered', 'conflicting', 'forbidden'] as const;
export type Harm = (typeof harms)[number];

export interface Violation {
  readonly invariant: Invariant;
  readonly harm: Harm;
  /** Empty: it concerns a partition. */
  readonly groupId: string;
  /** For a reader. Example: `phone of ann misses seq 6 (message of bob, request r-17)`. */
  readonly what: string;
}

export const isMessage = (entry: HistoryEntry): entry is MessageEntry => entry.type === 'message';

/** True for a message with changes in it: it was read anew, and its text may differ from the one that was sent. */
export const isChanged = (entry: MessageEntry): boolean =>
  'deleted' in entry || entry.state_seq !== undefined;

/** Names an entry for a reader: its seq, its type, and the user or the message that it concerns. */
export function named(entry: HistoryEntry): string {
  if (isMessage(entry))
    return `seq ${entry.seq} (message of ${entry.from_user_id}, request ${entry.request_id})`;
  if (isMessageEvent(entry))
    return `seq ${entry.seq} (${entry.type} ${entry.message_id} by ${entry.actor_id})`;
  return `seq ${entry.seq} (${entry.type} ${entry.user_id}${entry.actor_id === undefined ? '' : ` by ${entry.actor_id}`})`;
}

/** The key of a place in a log: group, epoch and seq. */
export const placeOf = (
  groupId: string,
  { epoch, seq }: { readonly epoch: string; readonly seq: number },
): string => JSON.stringify([groupId, epoch, seq]);
/** The key of a request: group, sender and request id. */
export const requestOf = (groupId: string, userId: string, requestId: string): string =>
  JSON.stringify([groupId, userId, requestId]);
