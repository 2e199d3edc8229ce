/** The record of a run for the checker: its logs, the answers to senders, the entries that devices got. */
import type { ArchiveEntry } from '@plenum/core';
import type { GroupType, HistoryEntry } from '@plenum/protocol';

export type MessageEntry = Extract<HistoryEntry, { type: 'message' }>;

/**
 * A group's log from its first entry on: from `created` to `deleted` if it ended. After a failover of Redis it continues in
 * another epoch, without a gap; a group that was created again has a log of its own.
 */
export interface EpochLog {
  readonly groupId: string;
  readonly groupType: GroupType;
  /** As the group was created; absent: none. `updated` entries change it. */
  readonly maxMembers?: number;
  /** In the order of the log. */
  readonly entries: readonly HistoryEntry[];
}

/** One attempt to send, and how it ended for the sender. Attempts under one request id are several of these. */
export interface Send {
  readonly groupId: string;
  readonly userId: string;
  readonly requestId: string;
  readonly message: string;
  readonly answer:
    | { readonly type: 'ack'; readonly epoch: string; readonly seq: number; readonly messageId: string }
    | { readonly type: 'refused'; readonly code: string }
    /** No answer, or `timeout`: the message may be in the log or not. */
    | { readonly type: 'unknown' };
  /** On one monotonic clock of the whole run, ms. Absent: not recorded. */
  readonly times?: { readonly sentMs: number; readonly answeredMs: number };
}

/** What one device was given of one group, in the order of arrival. */
export interface Delivery {
  readonly device: string;
  readonly userId: string;
  readonly groupId: string;
  /**
   * `throughout`: attached from the first entry of each membership to the last. `unasked`: attached by the service as soon
   * as it could, so a membership that ended before may have given it nothing. `partly`: it came and went.
   */
  readonly presence: 'throughout' | 'unasked' | 'partly';
  readonly entries: readonly HistoryEntry[];
  /** How many entries it had at each `resync`, ascending: what follows need not continue them. */
  readonly resyncs?: readonly number[];
  /** True: after a `resync` it pages what the resync left out, so in the end it has every entry. Default false. */
  readonly isRefilled?: boolean;
}

/** A device that came back with a position, and the answer to it. */
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
  readonly resumptions?: readonly Resumption[];
  /** Absent: not recorded. */
  readonly served?: readonly ServedAdapter[];
  /** In the order in which Redis did it. Absent: not recorded. */
  readonly leases?: readonly LeaseEvent[];
}

/** What one adapter was given in the run, as its own side has seen it. */
export interface ServedAdapter {
  /** As dead letters name it: `archive` or `notifier`. */
  readonly kind: string;
  wants(entry: HistoryEntry): boolean;
  /** Every copy, in the order in which the adapter was given them. */
  readonly given: readonly GivenEntry[];
  readonly deadLetters: readonly ArchiveEntry[];
  /** How often it may have taken the entry, for the faults that there were; at least 1. */
  copiesMax(entry: HistoryEntry): number;
}

export interface GivenEntry {
  readonly entry: ArchiveEntry;
  /** It kept the entry, whatever it answered. False: it refused it, or failed before it had it. */
  readonly isTaken: boolean;
}

export interface LeaseEvent {
  /** `refused`: a commit that the fence has stopped; it changed nothing. */
  readonly type: 'granted' | 'committed' | 'refused';
  readonly partition: number;
  readonly token: number;
  readonly nodeId: string;
}

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I10' | 'I11' | 'I14';

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

/** Names an entry for a reader: its seq, its type, and the user that it concerns. */
export const named = (entry: HistoryEntry): string =>
  isMessage(entry)
    ? `seq ${entry.seq} (message of ${entry.from_user_id}, request ${entry.request_id})`
    : `seq ${entry.seq} (${entry.type} ${entry.user_id}${entry.actor_id === undefined ? '' : ` by ${entry.actor_id}`})`;

/** One place in the logs of all groups and epochs. */
export const placeOf = (
  groupId: string,
  { epoch, seq }: { readonly epoch: string; readonly seq: number },
): string => JSON.stringify([groupId, epoch, seq]);
/** One request of one sender. */
export const requestOf = (groupId: string, userId: string, requestId: string): string =>
  JSON.stringify([groupId, userId, requestId]);
