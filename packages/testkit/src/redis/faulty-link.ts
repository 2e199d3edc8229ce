/** One link through the fault proxy. Its two sockets end separately, so that a link can be half-open. */
import type { Socket } from 'node:net';

export interface FaultyLinkOptions {
  /** Delays all later bytes to the client. */
  readonly delayMs: () => number;
  readonly onClose: () => void;
}

/** How many of the first bytes of a client are kept, about. */
const beginningMax = 4096;

interface Delayed {
  readonly dueMs: number;
  readonly act: () => void;
}

export class FaultyLink {
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #delayMs: () => number;
  /** Bytes that wait to go to the client, in order. */
  readonly #waiting: Delayed[] = [];
  #isPaused = false;
  #isSilent = false;
  #beginning = '';

  constructor(client: Socket, target: Socket, options: FaultyLinkOptions) {
    this.#client = client;
    this.#target = target;
    this.#delayMs = options.delayMs;
    client.on('error', () => this.cut());
    target.on('error', () => this.cut());
    client.pipe(target, { end: false });
    client.on('data', (chunk) => {
      if (this.#beginning.length < beginningMax) this.#beginning += chunk.toString('latin1');
    });
    client.on('end', () => {
      if (!this.#isPaused) target.end();
    });
    target.on('data', (chunk) => this.#towardsClient(() => client.write(chunk)));
    target.on('end', () => this.#towardsClient(() => client.end()));
    client.once('close', () => {
      target.destroy();
      options.onClose();
    });
  }

  /** The first bytes of the client. */
  get beginning(): string {
    return this.#beginning;
  }

  pause(): void {
    this.#isPaused = true;
    this.#target.pause();
  }

  /** In both directions. */
  silence(): void {
    this.pause();
    // Without the pipe no drain of the target lets it flow again.
    this.#client.unpipe(this.#target);
    this.#client.pause();
    this.#isSilent = true;
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#isSilent) this.#client.pipe(this.#target, { end: false });
    this.#isSilent = false;
    this.#target.resume();
    this.#flush();
  }

  cut(): void {
    this.#client.resetAndDestroy();
    this.#target.resetAndDestroy();
  }

  #towardsClient(act: () => void): void {
    this.#waiting.push({ dueMs: performance.now() + this.#delayMs(), act });
    this.#flush();
  }

  #flush(): void {
    while (!this.#isPaused) {
      const next = this.#waiting[0];
      if (next === undefined) return;
      const inMs = next.dueMs - performance.now();
      if (inMs > 0) {
        setTimeout(() => this.#flush(), inMs).unref();
        return;
      }
      this.#waiting.shift();
      next.act();
    }
  }
}
