import type { GroupId, UserId } from '@plenum/protocol';
import { byText, SortedList } from './sorted-list.ts';

/** The groups in which a user has any status, ascending by group id. */
export class MembershipIndex {
  readonly #groups = new Map<UserId, SortedList<GroupId>>();

  add(userId: UserId, groupId: GroupId): void {
    const groups = this.#groups.get(userId) ?? new SortedList<GroupId>(byText);
    groups.add(groupId);
    this.#groups.set(userId, groups);
  }

  delete(userId: UserId, groupId: GroupId): void {
    const groups = this.#groups.get(userId);
    groups?.delete(groupId);
    if (groups?.size === 0) this.#groups.delete(userId);
  }

  /** @returns at most `limit` groups with an id above `afterId`; from the first group on if `afterId` is null */
  page(userId: UserId, afterId: string | null, limit: number): GroupId[] {
    const groups = this.#groups.get(userId);
    if (groups === undefined) return [];
    const index = afterId === null ? 0 : groups.countWhile((groupId) => byText(groupId, afterId) <= 0);
    return groups.slice(index, limit);
  }
}
