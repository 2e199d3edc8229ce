/** The online users of one group and the nodes that host them, and the pushes about changes. */
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

  /** @returns true if the user has become online */
  addNode(userId: UserId, nodeId: string): boolean {
    const nodes = this.#nodes.get(userId);
    this.#nodes.set(userId, (nodes ?? new Set()).add(nodeId));
    return nodes === undefined;
  }

  /** @returns true if the user has become offline */
  removeNode(userId: UserId, nodeId: string): boolean {
    const nodes = this.#nodes.get(userId);
    nodes?.delete(nodeId);
    return nodes?.size === 0 && this.#nodes.delete(userId);
  }

  /** @returns true if the user has become offline */
  forget(userId: UserId): boolean {
    return this.#nodes.delete(userId);
  }
}

/** Makes the pushes about transitions. Large groups get the number of online users, not their ids. */
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
