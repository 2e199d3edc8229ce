/**
 * Sends each worker what the others hold for peers that do not read. Exactness within 100 ms is enough, because a peer
 * has a second to read before it is cut.
 */
import { type Clock, systemClock } from '@plenum/core';
import { addSums, noUnread, type UnreadSums } from '@plenum/gateway';

/** A worker gets at most one message in this time, ms. */
const exchangeMs = 100;

const textOf = ({ each, users, addresses }: UnreadSums) => JSON.stringify([each, [...users], [...addresses]]);

/** @template W a worker */
export class UnreadExchange<W> {
  readonly #tell: (worker: W, others: UnreadSums) => void;
  readonly #clock: Clock;
  readonly #sums = new Map<W, UnreadSums>();
  readonly #told = new Map<W, string>();
  #isPlanned = false;

  constructor(tell: (worker: W, others: UnreadSums) => void, clock: Clock = systemClock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  joined(worker: W): void {
    this.#sums.set(worker, noUnread);
    this.#plan();
  }

  report(worker: W, own: UnreadSums): void {
    if (this.#sums.has(worker)) this.#sums.set(worker, own);
    this.#plan();
  }

  left(worker: W): void {
    this.#sums.delete(worker);
    this.#told.delete(worker);
    this.#plan();
  }

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#clock.after(exchangeMs, () => {
      this.#isPlanned = false;
      for (const worker of this.#sums.keys()) this.#tellIfNew(worker);
    });
  }

  #tellIfNew(worker: W): void {
    const others = addSums([...this.#sums].filter(([other]) => other !== worker).map(([, sums]) => sums));
    const text = textOf(others);
    if (text === (this.#told.get(worker) ?? textOf(noUnread))) return;
    this.#told.set(worker, text);
    this.#tell(worker, others);
  }
}
