export interface Moment {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly sinceStartMs: number;
  readonly what: string;
}

/** What happened in a run, in order. */
export class Timeline {
  readonly moments: Moment[] = [];
  readonly #startMs = performance.now();

  note(what: string): void {
    const sinceStartMs = Math.round(performance.now() - this.#startMs);
    this.moments.push({ at: new Date().toISOString(), sinceStartMs, what });
  }
}
