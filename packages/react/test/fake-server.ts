/** A client whose server is the test: it answers requests by their type, and pushes what the test says. */
import {
  type Client,
  type ClientOptions,
  type Clock,
  createClient,
  type LinkListeners,
} from '@plenum/client';

type Answer = (args: Readonly<Record<string, unknown>>) => unknown;

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
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await rest();
      const due = this.#timers.filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.task();
    }
    this.#nowMs = untilMs;
  }
}

export const rest = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A refusal as an answer. */
const refusal = (code: string) => ({ refused: code });
const isRefusal = (answer: unknown): answer is { readonly refused: string } =>
  typeof answer === 'object' && answer !== null && 'refused' in answer;

export class FakeServer {
  readonly client: Client;
  readonly clock = new FakeClock();
  /** By request type; the test may replace them. A promise is awaited. */
  readonly answers: Record<string, Answer> = {};
  readonly asked: { readonly type: string; readonly args: Readonly<Record<string, unknown>> }[] = [];
  /** Listeners of the application that are registered now, by event. */
  readonly listeners = new Map<string, number>();
  links = 0;
  #link: LinkListeners | null = null;

  constructor(options: Partial<ClientOptions> = {}) {
    this.client = this.#counting(
      createClient({
        url: 'http://localhost',
        token: 'a token',
        clock: this.clock,
        openLink: (_, listeners) => {
          this.links += 1;
          this.#link = listeners;
          return {
            ask: ({ request_type, request_id, args }, _timeoutMs, onAnswer) => {
              const given = { ...args };
              this.asked.push({ type: request_type, args: given });
              Promise.resolve(this.answers[request_type]?.(given) ?? refusal('forbidden')).then(
                (answer) => {
                  if (this.#link !== listeners) return onAnswer(null);
                  if (isRefusal(answer)) {
                    const code = answer.refused as 'forbidden';
                    onAnswer({ request_id, success: false, error: code, code, can_retry: false });
                  } else onAnswer({ request_id, success: true, result: answer });
                },
                () => onAnswer(null),
              );
            },
            close: () => {
              if (this.#link === listeners) this.#link = null;
            },
          };
        },
        ...options,
      }),
    );
  }

  get pushes(): LinkListeners['pushes'] {
    if (this.#link === null) throw new Error('there is no connection');
    return this.#link.pushes;
  }

  get listenersLeft(): number {
    return [...this.listeners.values()].reduce((sum, count) => sum + count, 0);
  }

  countOf(type: string): number {
    return this.asked.filter((request) => request.type === type).length;
  }

  async connect(): Promise<void> {
    this.client.connect().catch(() => undefined);
    await this.accept();
  }
  async accept(): Promise<void> {
    await rest();
    this.#link?.opened();
    await rest();
  }
  async lose(): Promise<void> {
    this.#link?.lost();
    await rest();
  }

  #counting(client: Client): Client {
    const on = client.on.bind(client);
    client.on = (event, listener) => {
      const count = (change: number) => this.listeners.set(event, (this.listeners.get(event) ?? 0) + change);
      count(1);
      const stop = on(event, listener);
      let isOn = true;
      return () => {
        if (isOn) count(-1);
        isOn = false;
        stop();
      };
    };
    return client;
  }
}
