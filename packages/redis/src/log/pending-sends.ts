/**
 * The sends of this node that wait for their outcome. The script's reply and the entry on the channel arrive on two
 * connections: whichever comes first resolves the send.
 */
import { type AppendCallback, type AppendOutcome, messageId, type PlenumError } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import type { WrittenMessage } from './append-arguments.ts';
import { type DecodedEntry, droppedMentions, knownHead } from './wire.ts';

export interface Sent {
  readonly message: WrittenMessage;
  readonly isRateLimited: boolean;
  /** Earliest time of the send on Redis' clock, ms. An older entry belongs to an earlier group with the same id. */
  readonly notBeforeMs: number;
  readonly done: AppendCallback;
}

const keyOf = (groupId: GroupId, sender: string, requestId: string): string =>
  `${groupId} ${sender} ${requestId}`;

export class PendingSend {
  readonly key: string;
  readonly message: WrittenMessage;
  readonly isRateLimited: boolean;
  /** Sends of a node are numbered in the order of their calls. */
  readonly order: number;
  /** An earlier send with the same key that still waits. */
  next: PendingSend | undefined;
  readonly #sends: PendingSends;
  readonly #notBeforeMs: number;
  readonly #done: AppendCallback;
  #isClosed = false;

  constructor(sends: PendingSends, order: number, { message, isRateLimited, notBeforeMs, done }: Sent) {
    this.#sends = sends;
    this.order = order;
    this.key = keyOf(message.groupId, message.sender, message.request.id);
    this.message = message;
    this.isRateLimited = isRateLimited;
    this.#notBeforeMs = notBeforeMs;
    this.#done = done;
  }

  /** Only the first call has an effect. @returns false if the send was already resolved */
  resolve(outcome: AppendOutcome | PlenumError): boolean {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    this.#sends.remove(this);
    this.#done(outcome);
    return true;
  }

  /** Resolves the send if the entry, which has the same request id, is the send's own. */
  resolveIfOwn({ header, entry }: DecodedEntry): void {
    if (header.timestampMs < this.#notBeforeMs) return;
    const head = Buffer.from(knownHead(this.message));
    if (!entry.wire.subarray(0, head.length).equals(head)) return;
    const { epoch, seq, recipientsCount, timestampMs } = header;
    const mentionsDropped = droppedMentions(this.message, entry);
    this.resolve({
      type: 'appended',
      isDuplicate: false,
      epoch,
      seq,
      messageId: messageId(epoch, seq),
      recipientsCount,
      timestampMs,
      ...(mentionsDropped === undefined ? {} : { mentionsDropped }),
    });
  }
}

export class PendingSends {
  readonly #latest = new Map<string, PendingSend>();
  #order = 0;

  /** Registers a send until it is resolved. */
  open(sent: Sent): PendingSend {
    this.#order += 1;
    const send = new PendingSend(this, this.#order, sent);
    send.next = this.#latest.get(send.key);
    this.#latest.set(send.key, send);
    return send;
  }

  /** Resolves the sends to which an arrived entry belongs. Synchronous; never throws. */
  resolveWith(decoded: DecodedEntry): void {
    const { groupId, actor, requestId } = decoded.header;
    let send = this.#latest.get(keyOf(groupId, actor, requestId));
    while (send !== undefined) {
      const { next } = send;
      send.resolveIfOwn(decoded);
      send = next;
    }
  }

  remove(send: PendingSend): void {
    const latest = this.#latest.get(send.key);
    if (latest === send) {
      if (send.next === undefined) this.#latest.delete(send.key);
      else this.#latest.set(send.key, send.next);
      return;
    }
    for (let one = latest; one !== undefined; one = one.next) if (one.next === send) one.next = send.next;
  }
}
