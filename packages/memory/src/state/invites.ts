/** The open invites of one group. */
import type { Invite, InviteRow } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import { byText } from './sorted-list.ts';

const isEnded = ({ untilMs }: Invite, nowMs: number): boolean => untilMs !== null && untilMs <= nowMs;

/** The invites of one group, by user. An ended invite counts as none; it is removed when the group holds many. */
export class Invites {
  readonly #open = new Map<UserId, Invite>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** The invites in force, by their users. */
  inOrder(nowMs: number): readonly InviteRow[] {
    return [...this.#open]
      .filter(([, invite]) => !isEnded(invite, nowMs))
      .map(([userId, invite]) => ({ userId, ...invite }))
      .sort((a, b) => byText(a.userId, b.userId));
  }

  users(): UserId[] {
    return [...this.#open.keys()];
  }

  inForce(userId: UserId, nowMs: number): Invite | null {
    const invite = this.#open.get(userId);
    return invite === undefined || isEnded(invite, nowMs) ? null : invite;
  }

  /** True if there is no room for an invite of this user, even without the ended ones. */
  isFullFor(userId: UserId, nowMs: number): boolean {
    return !this.#open.has(userId) && this.#open.size - this.ended(nowMs).length >= this.#max;
  }

  /** The users whose invite has ended, if the group holds as many as it may; none otherwise. */
  ended(nowMs: number): UserId[] {
    if (this.#open.size < this.#max) return [];
    return [...this.#open].filter(([, invite]) => isEnded(invite, nowMs)).map(([userId]) => userId);
  }

  put(userId: UserId, invite: Invite): void {
    this.#open.set(userId, invite);
  }

  delete(userId: UserId): void {
    this.#open.delete(userId);
  }
}
