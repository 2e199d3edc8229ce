/** Erasures of users: what is known of one, and what its steps note. */
import type { UserId } from '@plenum/protocol';

/**
 * What the archive has done. `none`: the service has no archive. `pending`: not all yet. `unsupported`: the archive cannot
 * erase; it only gets the entries `deleted` of the messages that the log still had.
 */
export type ArchiveErasure = 'none' | 'pending' | 'done' | 'unsupported';

/** How far the messages of the user are taken down. */
export interface MessageErasure {
  /** Messages that were taken down so far. One that a node counted when it died may count twice or not at all. */
  readonly done: number;
  readonly archive: ArchiveErasure;
  /** Where the next step continues; only the eraser reads it. Empty: at the beginning. */
  readonly place: string;
}

/** What is known of an erasure. Times are ms of the engine's clock. */
export interface Erasure {
  readonly status: 'running' | 'done';
  readonly startedAtMs: number;
  /** Null while it runs. */
  readonly finishedAtMs: number | null;
  readonly groupsLeft: number;
  /** Null: the messages of the user stay. */
  readonly messages: MessageErasure | null;
}

/** A run of an erasure. What is written about another run changes nothing. */
export interface ErasureRun {
  readonly startedAtMs: number;
  readonly erasesMessages: boolean;
}

/** What a step has done about the messages. */
export interface MessageProgress {
  /** Messages that it took down. */
  readonly done: number;
  readonly archive: ArchiveErasure;
  readonly place: string;
}

/**
 * Erasures of users that wait for the owner of the user's partition. Every method throws `PlenumError` `unavailable`
 * when the store cannot be reached.
 */
export interface Erasures {
  /**
   * Begins an erasure and makes it due. One that runs continues, and takes messages down from now on if this is asked;
   * one that is done begins anew. Atomic.
   */
  begin(userId: UserId, scope: { readonly erasesMessages: boolean }): Promise<Erasure>;
  /** Null: there is none, or it is done for more than `erasureKeptMs`. */
  of(userId: UserId): Promise<Erasure | null>;
  /** Users of the partition whose erasure is due, at most 100. */
  due(partition: number): Promise<readonly UserId[]>;
  /** Counts one more group that the user has left. */
  countLeft(userId: UserId): Promise<void>;
  /** Notes a step of a run that takes messages down. */
  note(userId: UserId, run: ErasureRun, progress: MessageProgress): Promise<void>;
  /** The erasure is due again after `ms`; null: never again. */
  postpone(userId: UserId, ms: number | null): Promise<void>;
  /** Marks the run as done, and makes it due once more after `againMs`. */
  finish(userId: UserId, run: ErasureRun & { readonly againMs: number }): Promise<void>;
}

/** How long a finished erasure can be asked for. */
export const erasureKeptMs = 30 * 86_400_000;
