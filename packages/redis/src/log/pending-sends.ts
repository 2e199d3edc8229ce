/**
 * Sends of this node whose outcome is not known yet. Script reply and own entry race on two connections: whichever comes
 * first commits the send, once.
 */
import type { AppendOutcome } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import type { DecodedEntry } from './wire.ts';

export interface Sent {
  readonly groupId: GroupId;
  readonly sender: string;
  readonly requestId: string;
  /** Beginning of the wire: tells this message from another one under the same request id. */
  readonly wireHead: string;
  /** Redis' time when it was sent, at the earliest, ms: an older entry is of a log that this id named before. */
  readonly notBeforeMs: number;
}

const keyOf = (groupId: GroupId, sender: string, requestId: string): string =>
  `${groupId} ${sender} ${requestId}`;

export class PendingSend {
  /** Rejects with what the script fails with. */
  readonly outcome: Promise<AppendOutcome>;
  readonly key: string;
  /** Another attempt at the same send, begun before this one. */
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

  /** Of several calls the first counts. Never throws. */
  resolve(outcome: AppendOutcome): void {
    if (this.#close()) this.#resolveOutcome(outcome);
  }

  fail(error: unknown): void {
    if (this.#close()) this.#rejectOutcome(error);
  }

  /** An entry under its request id came by. */
  notice({ header, entry }: DecodedEntry): void {
    if (header.timestampMs < this.#sent.notBeforeMs) return;
    const head = Buffer.from(this.#sent.wireHead);
    if (!entry.wire.subarray(0, head.length).equals(head)) return;
    const { epoch, seq, recipientsCount, timestampMs } = header;
    const messageId = `${epoch}-${seq}`;
    this.resolve({
      outcome: 'appended',
      isDuplicate: false,
      epoch,
      seq,
      messageId,
      recipientsCount,
      timestampMs,
    });
  }

  /** @returns false when it was closed before. */
  #close(): boolean {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    this.#sends.remove(this);
    return true;
  }
}

export class PendingSends {
  readonly #latest = new Map<string, PendingSend>();

  /** Expected until it is settled or fails. */
  open(sent: Sent): PendingSend {
    const send = new PendingSend(this, keyOf(sent.groupId, sent.sender, sent.requestId), sent);
    send.next = this.#latest.get(send.key);
    this.#latest.set(send.key, send);
    return send;
  }

  /** An entry comes by. Synchronous; never throws. */
  notice(decoded: DecodedEntry): void {
    const { groupId, actor, requestId } = decoded.header;
    let send = this.#latest.get(keyOf(groupId, actor, requestId));
    while (send !== undefined) {
      const { next } = send;
      send.notice(decoded);
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
