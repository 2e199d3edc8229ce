/**
 * Sends of this node that wait for their outcome. The script's reply and the entry on the channel race on two
 * connections: the first of them resolves the send, once.
 */
import { type AppendOutcome, messageId } from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import type { DecodedEntry } from './wire.ts';

export interface Sent {
  readonly groupId: GroupId;
  readonly sender: string;
  readonly requestId: string;
  /** The beginning of the wire: it separates this message from another one under the same request id. */
  readonly wireHead: string;
  /** Earliest time of the send on Redis' clock, ms: an older entry belongs to an earlier group of the same id. */
  readonly notBeforeMs: number;
}

const keyOf = (groupId: GroupId, sender: string, requestId: string): string =>
  `${groupId} ${sender} ${requestId}`;

export class PendingSend {
  /** Rejects with the error of the script. */
  readonly outcome: Promise<AppendOutcome>;
  readonly key: string;
  /** An earlier attempt at the same send. */
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

  /** The first call counts. Never throws. */
  resolve(outcome: AppendOutcome): void {
    if (this.#close()) this.#resolveOutcome(outcome);
  }

  fail(error: unknown): void {
    if (this.#close()) this.#rejectOutcome(error);
  }

  /** An entry with the same request id arrived. */
  notice({ header, entry }: DecodedEntry): void {
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

  /** @returns false when it is closed already */
  #close(): boolean {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    this.#sends.remove(this);
    return true;
  }
}

export class PendingSends {
  readonly #latest = new Map<string, PendingSend>();

  /** Waits until it is resolved or fails. */
  open(sent: Sent): PendingSend {
    const send = new PendingSend(this, keyOf(sent.groupId, sent.sender, sent.requestId), sent);
    send.next = this.#latest.get(send.key);
    this.#latest.set(send.key, send);
    return send;
  }

  /** An entry arrived. Synchronous; never throws. */
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
