/** Who is online in one group, on which nodes, and the pushes about it. */
import type { EphemeralPush } from '@plenum/core';
import { type GroupId, limits, type UserId } from '@plenum/protocol';

export interface Transition {
  readonly userId: UserId;
  readonly isOnline: boolean;
}

export class GroupPresence {
  readonly #nodes = new Map<UserId, Set<string>>();

  get count(): number {
    return this.#nodes.size;
  }

  has(userId: UserId): boolean {
    return this.#nodes.has(userId);
  }

  users(limit: number): UserId[] {
    return [...this.#nodes.keys()].slice(0, limit);
  }

  /** @returns true when that turned the user online. */
  addNode(userId: UserId, nodeId: string): boolean {
    const nodes = this.#nodes.get(userId);
    this.#nodes.set(userId, (nodes ?? new Set()).add(nodeId));
    return nodes === undefined;
  }

  /** @returns true when that turned the user offline. */
  removeNode(userId: UserId, nodeId: string): boolean {
    const nodes = this.#nodes.get(userId);
    nodes?.delete(nodeId);
    return nodes?.size === 0 && this.#nodes.delete(userId);
  }

  /** @returns true when that turned the user offline. */
  forget(userId: UserId): boolean {
    return this.#nodes.delete(userId);
  }
}

/** Large groups get the count of online users, not their ids. */
export function presencePushes(
  group_id: GroupId,
  {
    receivers,
    count,
    transitions,
  }: { readonly receivers: number; readonly count: number; readonly transitions: readonly Transition[] },
): readonly EphemeralPush[] {
  const event = 'presence_changed';
  if (transitions.length === 0) return [];
  if (receivers >= limits.presenceCountsOnlyFrom) return [{ event, payload: { group_id, count } }];
  return transitions.map(({ userId, isOnline }) => ({
    event,
    payload: { group_id, user_id: userId, online: isOnline, count },
  }));
}
