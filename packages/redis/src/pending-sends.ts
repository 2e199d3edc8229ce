/**
 * Sends of this node whose outcome is not known yet. Script reply and own entry race on two connections: whichever comes
 * first commits the send, once.
 */
import type { Appended } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import type { DecodedEntry } from './wire.ts';

export interface PendingSend {
  /** Resolves when the entry was seen on the channel; rejects only when `onCommitted` threw. */
  readonly seen: Promise<Appended>;
  /** The script has answered. Calls `onCommitted` unless the entry did. */
  commit(appended: Appended): void;
  /** Nothing is expected any more. */
  close(): void;
}

interface Sent {
  readonly groupId: GroupId;
  readonly sender: string;
  readonly requestId: string;
  /** Beginning of the wire: tells this message from another one under the same request id. */
  readonly wireHead: string;
  readonly onCommitted: ((appended: Appended) => void) | undefined;
}

type Waiter = (entry: DecodedEntry) => void;

const keyOf = (groupId: GroupId, sender: string, requestId: string): string =>
  `${groupId} ${sender} ${requestId}`;

export class PendingSends {
  readonly #waiters = new Map<string, Set<Waiter>>();

  open(sent: Sent): PendingSend {
    let isCommitted = false;
    const commit = (appended: Appended) => {
      if (isCommitted) return;
      isCommitted = true;
      sent.onCommitted?.(appended);
    };
    let close = () => {};
    const seen = new Promise<Appended>((resolve, reject) => {
      close = this.#wait(sent, ({ header, entry }) => {
        const head = Buffer.from(sent.wireHead);
        if (!entry.wire.subarray(0, head.length).equals(head)) return;
        const { epoch, seq, recipientsCount, timestampMs } = header;
        const messageId = `${epoch}-${seq}`;
        const appended: Appended = {
          outcome: 'appended',
          isDuplicate: false,
          epoch,
          seq,
          messageId,
          recipientsCount,
          timestampMs,
        };
        try {
          commit(appended);
          resolve(appended);
        } catch (error) {
          reject(error);
        }
      });
    });
    return { seen, commit, close };
  }

  /** An entry comes by. Synchronous; never throws. */
  notice(decoded: DecodedEntry): void {
    const { groupId, actor, requestId } = decoded.header;
    for (const waiter of this.#waiters.get(keyOf(groupId, actor, requestId)) ?? []) waiter(decoded);
  }

  #wait({ groupId, sender, requestId }: Sent, waiter: Waiter): () => void {
    const key = keyOf(groupId, sender, requestId);
    const waiters = this.#waiters.get(key) ?? new Set();
    waiters.add(waiter);
    this.#waiters.set(key, waiters);
    return () => {
      waiters.delete(waiter);
      if (waiters.size === 0 && this.#waiters.get(key) === waiters) this.#waiters.delete(key);
    };
  }
}
