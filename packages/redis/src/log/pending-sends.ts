/**
 * The sends of this node that wait for their outcome. The script's reply and the entry on the channel arrive on two
 * connections: whichever comes first resolves the send.
 */
import { type AppendOutcome, messageId } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import type { DecodedEntry } from './wire.ts';

export interface Sent {
  readonly groupId: GroupId;
  readonly sender: string;
  readonly requestId: string;
  /** The beginning of the push payload. It distinguishes this message from another one with the same request id. */
  readonly wireHead: string;
  /** Earliest time of the send on Redis' clock, ms. An older entry belongs to an earlier group with the same id. */
  readonly notBeforeMs: number;
}

const keyOf = (groupId: GroupId, sender: string, requestId: string): string =>
  `${groupId} ${sender} ${requestId}`;

export class PendingSend {
  /** Rejects if the script fails before the entry arrives. */
  readonly outcome: Promise<AppendOutcome>;
  readonly key: string;
  /** An earlier send with the same key that still waits. */
  next: PendingSend | undefined;
  readonly #sends: PendingSends;
  readonly #sent: Sent;
  #resolveOutcome: (outcome: AppendOutcome) => void = () => {};
  #rejectOutcome: (error: unknown) => void = () => {};
  #isClosed = false;

  constructor(sends: PendingSends, key: string, sent: Sent) {
    this.key = key;
    this.#sends = sends;
    this.#sent = sent;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolveOutcome = resolve;
      this.#rejectOutcome = reject;
    });
  }

  /** Only the first call has an effect. Never throws. */
  resolve(outcome: AppendOutcome): void {
    if (this.#close()) this.#resolveOutcome(outcome);
  }

  fail(error: unknown): void {
    if (this.#close()) this.#rejectOutcome(error);
  }

  /** Resolves the send if the entry, which has the same request id, is the send's own. */
  resolveIfOwn({ header, entry }: DecodedEntry): void {
    if (header.timestampMs < this.#sent.notBeforeMs) return;
    const head = Buffer.from(this.#sent.wireHead);
    if (!entry.wire.subarray(0, head.length).equals(head)) return;
    const { epoch, seq, recipientsCount, timestampMs } = header;
    this.resolve({
      type: 'appended',
      isDuplicate: false,
      epoch,
      seq,
      messageId: messageId(epoch, seq),
      recipientsCount,
      timestampMs,
    });
  }

  /** @returns false if the send was already closed */
  #close(): boolean {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    this.#sends.remove(this);
    return true;
  }
}

export class PendingSends {
  readonly #latest = new Map<string, PendingSend>();

  /** Registers a send until it is resolved or fails. */
  open(sent: Sent): PendingSend {
    const send = new PendingSend(this, keyOf(sent.groupId, sent.sender, sent.requestId), sent);
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
