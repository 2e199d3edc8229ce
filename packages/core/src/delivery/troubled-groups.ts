/**
 * Groups at whose entries an adapter fails one after the other, though it takes those of other groups: they are not left at
 * the head of the line, where each would cost every group behind it some failed calls.
 */
import type { GroupId } from '@plenum/protocol';

/** One may be a single entry that the adapter cannot digest. */
const failuresToTrouble = 2;

export class TroubledGroups {
  readonly #failures = new Map<GroupId, number>();

  /** The adapter fails at an entry of the group, which is to blame. */
  blame(groupId: GroupId): void {
    this.#failures.set(groupId, (this.#failures.get(groupId) ?? 0) + 1);
  }

  /** The adapter has answered at an entry of the group. */
  answered(groupId: GroupId): void {
    this.#failures.delete(groupId);
  }

  has(groupId: GroupId): boolean {
    return (this.#failures.get(groupId) ?? 0) >= failuresToTrouble;
  }
}
