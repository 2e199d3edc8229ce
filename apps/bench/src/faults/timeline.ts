export interface Moment {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly sinceStartMs: number;
  readonly what: string;
}

/** A fault with its beginning and its end. */
export interface FaultSpan {
  readonly what: string;
  /** ISO 8601, UTC. */
  readonly beganAt: string;
  readonly sinceStartMs: number;
  /** Null: the run ended before it. */
  endedAt: string | null;
  lastedMs: number | null;
  /** Such as `exit code 0`; null: it is not over. */
  outcome: string | null;
}

/** What happened in a run, in order. Each line is printed too. */
export class Timeline {
  readonly moments: Moment[] = [];
  readonly faults: FaultSpan[] = [];
  readonly #startMs = performance.now();
  readonly #say: (what: string) => void;

  constructor(say: (what: string) => void) {
    this.#say = say;
  }

  note(what: string): void {
    this.#say(what);
    this.moments.push({ ...this.#now(), what });
  }

  /** Notes the beginning of a fault. @returns notes its end */
  begin(what: string): (outcome: string) => void {
    this.note(`fault: ${what}`);
    const { at: beganAt, sinceStartMs } = this.#now();
    const span: FaultSpan = { what, beganAt, sinceStartMs, endedAt: null, lastedMs: null, outcome: null };
    this.faults.push(span);
    return (outcome) => {
      const now = this.#now();
      span.endedAt = now.at;
      span.lastedMs = now.sinceStartMs - sinceStartMs;
      span.outcome = outcome;
      this.note(`fault over after ${(span.lastedMs / 1000).toFixed(1)} s, ${outcome}: ${what}`);
    };
  }

  #now(): Omit<Moment, 'what'> {
    return {
      at: new Date().toISOString(),
      sinceStartMs: Math.round(performance.now() - this.#startMs),
    };
  }
}
