/** The order of invites and their ends in groups that have no feed on this node, where no entries tell it. */
import type { GroupId, UserId } from '@plenum/protocol';
import type { Clock } from '../ports/runtime.ts';

/** Nudges of two nodes overtake each other by less than this. Later, a lower seq is one of a new group with the same id. */
const overtakenWithinMs = 10_000;

interface Nudged {
  readonly seq: number;
  readonly atMs: number;
}

export class NudgedInvites {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #newest = new Map<UserId, Map<GroupId, Nudged>>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** Remembers the nudge. @returns false if a newer one of this user and group came just before */
  isNext(userId: UserId, groupId: GroupId, seq: number): boolean {
    const ofUser = this.#newest.get(userId) ?? new Map<GroupId, Nudged>();
    const atMs = this.#clock.monotonicMs();
    for (const [id, nudged] of ofUser) if (nudged.atMs + overtakenWithinMs <= atMs) ofUser.delete(id);
    if ((ofUser.get(groupId)?.seq ?? 0) >= seq) return false;
    this.#newest.set(userId, ofUser.set(groupId, { seq, atMs }));
    return true;
  }

  forget(userId: UserId): void {
    this.#newest.delete(userId);
  }
}
