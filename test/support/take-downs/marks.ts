/** Texts each of which is in one message only, so that any copy of a message is found. */
import { randomBytes } from 'node:crypto';

const pattern = /mark[0-9a-f]{16}/g;

export class Marks {
  /** When the take-down of the message was answered, ms of the wall clock; no entry: it was not. */
  readonly #goneAtMs = new Map<string, number>();

  make(): string {
    return `mark${randomBytes(8).toString('hex')}`;
  }

  /** Its message was taken down, and that was answered now. */
  go(marks: readonly string[]): void {
    for (const mark of marks) this.#goneAtMs.set(mark, Date.now());
  }

  get gone(): readonly string[] {
    return [...this.#goneAtMs.keys()];
  }

  /** The marks in a text that were gone at that time. */
  leaksIn(text: string, atMs: number): readonly string[] {
    return [...new Set(text.match(pattern))].filter((mark) => (this.#goneAtMs.get(mark) ?? atMs) < atMs);
  }
}
