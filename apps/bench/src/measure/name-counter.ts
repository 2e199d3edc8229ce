/** Counts names in a stream of bytes that comes in pieces; all of them are of one length. */
export class NameCounter {
  readonly #counts: Map<string, number>;
  /** As much of the end of a stream as a name may have begun in. */
  readonly #tailLength: number;

  constructor(names: readonly string[]) {
    this.#counts = new Map(names.map((name) => [name, 0]));
    this.#tailLength = Math.max(0, ...names.map(({ length }) => length - 1));
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** @param tail what the last piece of the same stream gave back. @returns the tail for its next piece. */
  take(piece: Buffer, tail: string): string {
    const text = tail + piece.toString('latin1');
    for (const [name, before] of this.#counts) this.#counts.set(name, before + text.split(name).length - 1);
    return this.#tailLength === 0 ? '' : text.slice(-this.#tailLength);
  }
}
