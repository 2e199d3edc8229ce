/** Links that the test drives, and a clock that the test moves. */
import type { Answer } from '@plenum/protocol';
import type { Credentials, Envelope, Link, LinkListeners, OpenLink } from '../src/connection/link.ts';
import type { Clock, Random } from '../src/platform.ts';

export class FakeClock implements Clock {
  #nowMs = 0;
  #timers: { readonly dueMs: number; readonly task: () => void }[] = [];

  monotonicMs(): number {
    return this.#nowMs;
  }
  after(delayMs: number, task: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }
  get timers(): number {
    return this.#timers.length;
  }
  /** Runs what is due, in order, until nothing is left to run. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await rest();
    for (;;) {
      const due = this.#timers.filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.task();
      await rest();
    }
    this.#nowMs = untilMs;
  }
}

export const rest = () => new Promise<void>((resolve) => setImmediate(resolve));

export function fakeRandom(): Random {
  let drawn = 0;
  return {
    token: () => {
      drawn += 1;
      return `id-${drawn}`;
    },
    fraction: () => 0,
  };
}

export class FakeLink implements Link {
  readonly credentials: Credentials;
  readonly listeners: LinkListeners;
  readonly asked: Envelope[] = [];
  isClosed = false;
  #answers: ((answer: Answer<unknown> | null) => void)[] = [];

  constructor(credentials: Credentials, listeners: LinkListeners) {
    this.credentials = credentials;
    this.listeners = listeners;
  }

  ask(envelope: Envelope, _timeoutMs: number, onAnswer: (answer: Answer<unknown> | null) => void): void {
    this.asked.push(envelope);
    this.#answers.push(onAnswer);
  }
  close(): void {
    this.isClosed = true;
    for (const answer of this.#answers.splice(0)) answer(null);
  }

  /** Answers the oldest open request. */
  async answer(answer: Answer<unknown> | null): Promise<void> {
    this.#answers.shift()?.(answer);
    await rest();
  }
  async succeed(result: object): Promise<void> {
    await this.answer({ request_id: this.asked.at(-1)?.request_id ?? '', success: true, result });
  }
}

export class FakeNetwork {
  readonly links: FakeLink[] = [];
  readonly open: OpenLink = (credentials, listeners) => {
    const link = new FakeLink(credentials, listeners);
    this.links.push(link);
    return link;
  };
  get last(): FakeLink {
    const link = this.links.at(-1);
    if (link === undefined) throw new Error('no link was opened');
    return link;
  }
}
