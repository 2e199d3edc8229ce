/**
 * Counts a canary: messages that were sent, and what came of each on every connection. Delivered, lost and reordered are what an
 * application on the SDK sees; duplicated is what came over the wire more than once.
 */

export interface Connection {
  readonly userId: string;
  readonly delivered: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** Acknowledged messages that have not come. */
  readonly lost: number;
  readonly losses: number;
  readonly resyncs: number;
  /** From the send to the delivery, ms; null: nothing was delivered. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}
export interface Verdict {
  readonly connections: readonly Connection[];
  readonly sent: number;
  readonly acknowledged: number;
  /** Sends that were refused or not answered in time. */
  readonly unacknowledged: number;
  readonly expected: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly losses: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly isGood: boolean;
}

interface Received {
  readonly userId: string;
  /** By message id: when the application got it. */
  readonly deliveredAt: Map<string, number>;
  readonly onWire: Map<string, number>;
  lastSeq: number;
  epoch: string;
  reordered: number;
  doubled: number;
  losses: number;
  resyncs: number;
}

/** @param sorted ascending. @param part 0…1 */
export function percentile(sorted: readonly number[], part: number): number | null {
  if (sorted.length === 0) return null;
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? null;
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

export class Tally {
  readonly #received: readonly Received[];
  /** By text of the message. */
  readonly #sentAt = new Map<string, number>();
  /** The ids of acknowledged messages. */
  readonly #acknowledged = new Set<string>();
  #failed = 0;

  constructor(userIds: readonly string[]) {
    this.#received = userIds.map((userId) => ({
      ...{ userId, deliveredAt: new Map(), onWire: new Map(), lastSeq: 0, epoch: '' },
      ...{ reordered: 0, doubled: 0, losses: 0, resyncs: 0 },
    }));
  }

  /** @param nowMs of the clock that all times of a tally are of */
  sent(text: string, nowMs: number): void {
    this.#sentAt.set(text, nowMs);
  }
  acknowledged(messageId: string): void {
    this.#acknowledged.add(messageId);
  }
  failed(): void {
    this.#failed += 1;
  }

  /** A push came over the wire. */
  pushed(index: number, messageId: string): void {
    const received = this.#received[index];
    if (received === undefined) return;
    received.onWire.set(messageId, (received.onWire.get(messageId) ?? 0) + 1);
  }
  /** The application got a message. */
  delivered(
    index: number,
    message: {
      readonly messageId: string;
      readonly text: string;
      readonly epoch: string;
      readonly seq: number;
    },
    nowMs: number,
  ): void {
    const received = this.#received[index];
    const sentAt = this.#sentAt.get(message.text);
    if (received === undefined || sentAt === undefined) return;
    if (received.deliveredAt.has(message.messageId)) {
      received.doubled += 1;
      return;
    }
    if (message.epoch === received.epoch && message.seq < received.lastSeq) received.reordered += 1;
    received.lastSeq =
      message.epoch === received.epoch ? Math.max(received.lastSeq, message.seq) : message.seq;
    received.epoch = message.epoch;
    received.deliveredAt.set(message.messageId, nowMs - sentAt);
  }
  connectionLost(index: number): void {
    const received = this.#received[index];
    if (received !== undefined) received.losses += 1;
  }
  resynced(index: number): void {
    const received = this.#received[index];
    if (received !== undefined) received.resyncs += 1;
  }

  /** True: every acknowledged message is on every connection. */
  get isComplete(): boolean {
    return this.#received.every(({ deliveredAt }) =>
      [...this.#acknowledged].every((messageId) => deliveredAt.has(messageId)),
    );
  }

  verdict(): Verdict {
    const connections = this.#received.map((received) => this.#connection(received));
    const latencies = this.#received.flatMap(({ deliveredAt }) => [...deliveredAt.values()]).sort(ascending);
    const lost = total(connections.map((one) => one.lost));
    const duplicated = total(connections.map((one) => one.duplicated));
    const reordered = total(connections.map((one) => one.reordered));
    const acknowledged = this.#acknowledged.size;
    return {
      ...{ connections, lost, duplicated, reordered, acknowledged },
      sent: this.#sentAt.size,
      unacknowledged: this.#failed,
      expected: acknowledged * connections.length,
      delivered: total(connections.map((one) => one.delivered)),
      losses: total(connections.map((one) => one.losses)),
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
      isGood: acknowledged > 0 && lost === 0 && duplicated === 0 && reordered === 0,
    };
  }

  #connection({ userId, deliveredAt, onWire, ...received }: Received): Connection {
    const latencies = [...deliveredAt.values()].sort(ascending);
    const again = total([...onWire.values()].map((times) => times - 1));
    return {
      ...{ userId, reordered: received.reordered, losses: received.losses, resyncs: received.resyncs },
      delivered: deliveredAt.size,
      duplicated: again + received.doubled,
      lost: [...this.#acknowledged].filter((messageId) => !deliveredAt.has(messageId)).length,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
    };
  }
}

const ascending = (one: number, other: number): number => one - other;
