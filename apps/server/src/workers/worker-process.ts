/** One worker as its primary sees it: a child process with a state and an end. */
import cluster, { type Worker } from 'node:cluster';
import { type FromWorker, fromWorkerSchema, type ToWorker } from './messages.ts';

export interface WorkerEnd {
  /** A signal, or `exit code 1`. */
  readonly how: string;
  readonly isClean: boolean;
  /** Between its readiness and its end, ms; 0: it was never ready. */
  readonly servedMs: number;
}

interface WorkerCard {
  readonly nodeId: string;
  readonly url: string;
  readonly consoleLink: string | null;
}

export class WorkerProcess {
  /** Resolves when it serves; with false if it has ended before. */
  readonly ready: Promise<boolean>;
  /** Resolves when it has ended and its last message has come. Never rejects. */
  readonly ended: Promise<WorkerEnd>;
  isDraining = false;
  readonly #worker: Worker;
  #card: WorkerCard | null = null;
  #readySinceMs: number | null = null;
  #stop: ToWorker | null = null;
  #becomeReady: (isReady: boolean) => void = () => {};

  /** @param onMessage gets each message, also `ready` */
  constructor(
    environment: Readonly<Record<string, string>>,
    onMessage: (of: WorkerProcess, message: FromWorker) => void,
  ) {
    this.#worker = cluster.fork(environment);
    this.ready = new Promise((resolve) => {
      this.#becomeReady = resolve;
    });
    this.#worker.on('message', (raw) => {
      const message = fromWorkerSchema.parse(raw);
      if (message.type === 'ready') this.#isReadyNow(message);
      onMessage(this, message);
    });
    this.ended = this.#end();
  }

  /** '' until it is ready. */
  get nodeId(): string {
    return this.#card?.nodeId ?? '';
  }

  get url(): string | null {
    return this.#card?.url ?? null;
  }

  get consoleLink(): string | null {
    return this.#card?.consoleLink ?? null;
  }

  get pid(): number {
    return this.#worker.process.pid ?? 0;
  }

  /** True while it takes new connections. */
  get accepts(): boolean {
    return this.#card !== null && !this.isDraining && this.#stop === null && !this.#worker.isDead();
  }

  tell(message: ToWorker): void {
    if (this.#worker.isConnected()) this.#worker.send(message, () => {});
  }

  /** Asks it to drain and end, once; as soon as it is ready, because it does not listen before. */
  stop(reason: string, hurry?: { readonly withinMs: number }): void {
    if (this.#stop !== null) return;
    this.#stop = { type: 'stop', reason, ...hurry };
    if (this.#card !== null) this.tell(this.#stop);
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }

  #isReadyNow({ nodeId, url, consoleLink }: WorkerCard): void {
    this.#card = { nodeId, url, consoleLink };
    this.#readySinceMs = performance.now();
    this.#becomeReady(true);
    if (this.#stop !== null) this.tell(this.#stop);
  }

  async #end(): Promise<WorkerEnd> {
    const disconnected = new Promise<void>((resolve) => this.#worker.once('disconnect', resolve));
    const exited = new Promise<{ readonly how: string; readonly isClean: boolean }>((resolve) => {
      this.#worker.once('error', (error) => resolve({ how: error.message, isClean: false }));
      this.#worker.once('exit', (code: number | null, signal: string | null) =>
        resolve({ how: signal ?? `exit code ${code}`, isClean: code === 0 }),
      );
    });
    const end = await exited;
    const servedMs = this.#readySinceMs === null ? 0 : performance.now() - this.#readySinceMs;
    // A process that could not be started has no channel.
    if (this.#worker.isConnected()) await disconnected;
    this.#becomeReady(false);
    return { ...end, servedMs };
  }
}
