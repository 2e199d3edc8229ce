import type { UserId } from '@plenum/protocol';

/** What is known of an erasure. Times are ms of the engine's clock. */
export interface Erasure {
  readonly status: 'running' | 'done';
  readonly startedAtMs: number;
  /** Null while it runs. */
  readonly finishedAtMs: number | null;
  readonly groupsLeft: number;
}

/**
 * Erasures of users that wait for the owner of the user's partition. Every method throws `PlenumError` `unavailable`
 * when the store cannot be reached.
 */
export interface Erasures {
  /** Begins an erasure and makes it due. One that runs continues; one that is done begins anew. Atomic. */
  begin(userId: UserId): Promise<Erasure>;
  /** Null: there is none, or it is done for more than `erasureKeptMs`. */
  of(userId: UserId): Promise<Erasure | null>;
  /** Users of the partition whose erasure is due, at most 100. */
  due(partition: number): Promise<readonly UserId[]>;
  /** Counts one more group that the user has left. */
  countLeft(userId: UserId): Promise<void>;
  /** The erasure is due again after `ms`; null: never again. */
  postpone(userId: UserId, ms: number | null): Promise<void>;
  /** Marks the run that started then as done, and makes it due once more after `againMs`. Does nothing to another run. */
  finish(userId: UserId, run: { readonly startedAtMs: number; readonly againMs: number }): Promise<void>;
}

/** How long a finished erasure can be asked for. */
export const erasureKeptMs = 30 * 86_400_000;
