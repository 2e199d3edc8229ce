/** How far the user has read in each group, said by what has asked the server to what shows it: no push comes to the same device. */

export interface ReadMark {
  readonly group_id: string;
  readonly read_seq: number;
  /** Messages above it. */
  readonly unread: number;
}

export class ReadMarks {
  readonly #listeners = new Set<(mark: ReadMark) => void>();

  /** @returns a function that removes the listener */
  on(listener: (mark: ReadMark) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  marked(mark: ReadMark): void {
    for (const listener of [...this.#listeners]) listener(mark);
  }
}
