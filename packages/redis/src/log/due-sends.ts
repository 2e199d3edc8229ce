/**
 * Sends that wait until the due mutes and bans of their group have ended. While one waits, all later sends to the group
 * wait behind it, so that a message never passes an earlier one of its sender.
 */
import { errorFrom } from '@plenum/core';
import type { GroupId, UserId } from '@plenum/protocol';
import type { PendingSend } from './pending-sends.ts';

export interface DueSendsDeps {
  /** Ends due mutes of the group, always those of the user. */
  readonly endDueMutes: (groupId: GroupId, userId: UserId) => Promise<void>;
  readonly send: (send: PendingSend, areMutesEnded: boolean) => void;
}

export class DueSends {
  readonly #deps: DueSendsDeps;
  readonly #waiting = new Map<GroupId, PendingSend[]>();

  constructor(deps: DueSendsDeps) {
    this.#deps = deps;
  }

  /** @returns true if the send has to wait; it is sent later */
  hasToWait(send: PendingSend): boolean {
    if (this.#waiting.size === 0) return false;
    const waiting = this.#waiting.get(send.message.groupId);
    waiting?.push(send);
    return waiting !== undefined;
  }

  /** Ends the due mutes, then sends again. */
  wait(send: PendingSend): void {
    if (this.hasToWait(send)) return;
    const { groupId } = send.message;
    const waiting = [send];
    this.#waiting.set(groupId, waiting);
    this.#endMutesOf(groupId, waiting).then(
      (ended) => {
        this.#waiting.delete(groupId);
        for (const one of inOrder(waiting)) this.#deps.send(one, ended.has(one.message.sender));
      },
      (error: unknown) => {
        this.#waiting.delete(groupId);
        for (const one of inOrder(waiting)) one.resolve(errorFrom(error));
      },
    );
  }

  /** @returns the users whose due mutes have ended */
  async #endMutesOf(groupId: GroupId, waiting: readonly PendingSend[]): Promise<ReadonlySet<UserId>> {
    const ended = new Set<UserId>();
    // The list may grow while a call runs.
    for (const { message } of waiting) {
      if (ended.has(message.sender)) continue;
      await this.#deps.endDueMutes(groupId, message.sender);
      ended.add(message.sender);
    }
    return ended;
  }
}

/** An answer `due` may arrive when a later send waits already. */
const inOrder = (sends: PendingSend[]): readonly PendingSend[] =>
  sends.sort((one, other) => one.order - other.order);
