/** What the primary counts over all workers, and its answers to their messages. */
import { systemClock } from '@plenum/core';
import { Audit, placeLimitsOf } from '@plenum/gateway';
import type { pino } from 'pino';
import type { Config } from '../config.ts';
import { samePressMs } from '../lifecycle.ts';
import { createAuditLog } from '../logging.ts';
import type { Crew } from './crew.ts';
import { MachineFigures } from './machine-figures.ts';
import { auditLineOf, type FromWorker, sumsIn, sumsMessage } from './messages.ts';
import { PlaceLedger } from './place-ledger.ts';
import { UnreadExchange } from './unread-exchange.ts';
import type { WorkerProcess } from './worker-process.ts';

type Question = Extract<FromWorker, { readonly id: number }>;
type Statement = Exclude<FromWorker, Question>;

export class SharedCounts {
  readonly #places: PlaceLedger<WorkerProcess>;
  readonly #figures = new MachineFigures<WorkerProcess>();
  readonly #unread = new UnreadExchange<WorkerProcess>((worker, others) =>
    worker.tell({ type: 'unread', others: sumsMessage(others) }),
  );
  readonly #audit: Audit;
  readonly #logger: pino.Logger;

  constructor(config: Config, logger: pino.Logger) {
    this.#logger = logger;
    this.#places = new PlaceLedger(placeLimitsOf(config));
    this.#audit = new Audit({ log: createAuditLog(logger), clock: systemClock });
  }

  receive(worker: WorkerProcess, message: FromWorker, crew: Crew): void {
    if (!('id' in message)) {
      this.#hear(worker, message, crew);
      return;
    }
    const { id } = message;
    void this.#answer(worker, message, crew).then((value) => worker.tell({ type: 'answer', id, value }));
  }

  ended(worker: WorkerProcess): void {
    this.#places.leave(worker);
    this.#figures.ended(worker);
    this.#unread.left(worker);
  }

  /** Writes what was counted and not written. */
  close(): void {
    this.#audit.close();
  }

  async #answer(worker: WorkerProcess, question: Question, crew: Crew): Promise<boolean | string> {
    switch (question.type) {
      case 'draining':
        worker.isDraining = true;
        return crew.doOthersAccept(worker);
      case 'take':
        return this.#places.take(worker, question.places);
      case 'scrape':
        return this.#figures.text(crew.ready, (one) => one.tell({ type: 'read_figures' }));
      default:
        return question satisfies never;
    }
  }

  #hear(worker: WorkerProcess, statement: Statement, crew: Crew): void {
    switch (statement.type) {
      case 'ready':
        this.#unread.joined(worker);
        this.#logger.info({ of: worker.nodeId, pid: worker.pid }, 'a worker serves');
        for (const other of crew.ready) if (other.isDraining) other.tell({ type: 'others_accept' });
        break;
      case 'signalled':
        // A service manager or a terminal signals the primary too: then all end together.
        setTimeout(() => worker.stop(statement.signal), samePressMs).unref();
        break;
      case 'release':
        this.#places.release(worker, statement.places);
        break;
      case 'unread':
        this.#unread.report(worker, sumsIn(statement.own));
        break;
      case 'denial':
        this.#audit.denial({ ...auditLineOf(statement.line), of: worker.nodeId });
        break;
      case 'figures':
        this.#figures.received(worker, statement.figures);
        break;
      default:
        statement satisfies never;
    }
  }
}
