/** A worker's link to its primary. When the primary is gone, questions are answered with null. */
import cluster from 'node:cluster';
import { type FromWorker, type ToWorker, toWorkerSchema } from './messages.ts';

type Question = Extract<FromWorker, { readonly id: number }>;
/** A question without its id. */
type Asked = Question extends infer Q ? (Q extends Question ? Omit<Q, 'id'> : never) : never;
type Answer = Extract<ToWorker, { readonly type: 'answer' }>['value'];
type Order = Exclude<ToWorker, { readonly type: 'answer' }>;

export class PrimaryLink {
  readonly #asked = new Map<number, (answer: Answer | null) => void>();
  #onOrder: (order: Order) => void = () => {};
  #lastId = 0;

  constructor() {
    process.on('message', (message) => this.#receive(toWorkerSchema.parse(message)));
    process.once('disconnect', () => this.#lost());
    // Without this Node would end the worker when its primary ends; so it drains.
    cluster.worker?.once('disconnect', () => {
      if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
    });
  }

  /** @returns null if the primary is gone */
  ask(question: Asked): Promise<Answer | null> {
    if (!process.connected) return Promise.resolve(null);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      void this.#send({ ...question, id });
    });
  }

  /** Resolves when the message is written, or the primary is gone. */
  tell(message: Exclude<FromWorker, Question>): Promise<void> {
    return this.#send(message);
  }

  /** Calls `act` for each order of the primary, which gives none before this worker is ready. */
  onOrder(act: (order: Order) => void): void {
    this.#onOrder = act;
  }

  #send(message: FromWorker): Promise<void> {
    return new Promise((resolve) => {
      if (!process.connected || process.send === undefined) resolve();
      else process.send(message, undefined, undefined, () => resolve());
    });
  }

  #receive(message: ToWorker): void {
    if (message.type === 'answer') {
      this.#asked.get(message.id)?.(message.value);
      this.#asked.delete(message.id);
    } else this.#onOrder(message);
  }

  #lost(): void {
    for (const resolve of this.#asked.values()) resolve(null);
    this.#asked.clear();
  }
}
