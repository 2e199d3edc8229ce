/**
 * Finds where replies of Redis end, without decoding them, in RESP2 and RESP3. The bytes may be cut anywhere. Lengths are
 * trusted as the client library trusts them, so both find the same ends.
 */
const CR = 0x0d;
const ZERO = 0x30;
const MINUS = 0x2d;

const byteOf = (type: string): number => type.charCodeAt(0);
/** A length, then this many bytes and CR LF. */
const bulk = new Set(['$', '=', '!'].map(byteOf));
/** A count, then this many values for each. */
const valuesPerCount = new Map([
  [byteOf('*'), 1],
  [byteOf('~'), 1],
  [byteOf('>'), 1],
  [byteOf('%'), 2],
]);
/** One line. */
const lines = new Set(['+', '-', ':', '_', '#', ',', '('].map(byteOf));

export class ReplyScanner {
  /** Values of the present reply that have not ended. */
  #valuesLeft = 0;
  /** Bytes that belong to the present bulk or line end. */
  #bytesLeft = 0;
  /** Type of the line that is being read; 0 between lines. */
  #type = 0;
  #number = 0;
  #isNegative = false;
  #isLost = false;

  /** True between two replies. */
  get isIdle(): boolean {
    return this.#valuesLeft === 0 && this.#bytesLeft === 0;
  }

  /** True after a type that RESP does not have: from there on no end can be found. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /**
   * Skips the rest of the present reply, or the next reply if there is none.
   * @returns where the reply ends; the end of the bytes if it is cut there, and when the scanner is lost
   */
  skip(bytes: Buffer, from: number): number {
    let at = from;
    if (this.isIdle) this.#valuesLeft = 1;
    while (at < bytes.length && !this.isIdle && !this.#isLost) {
      if (this.#bytesLeft > 0) {
        const skipped = Math.min(this.#bytesLeft, bytes.length - at);
        this.#bytesLeft -= skipped;
        at += skipped;
      } else {
        at = this.#readLine(bytes, at);
      }
    }
    return this.#isLost ? bytes.length : at;
  }

  #readLine(bytes: Buffer, from: number): number {
    let at = from;
    if (this.#type === 0) {
      this.#type = bytes[at] ?? 0;
      this.#number = 0;
      this.#isNegative = false;
      at += 1;
    }
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === CR) {
        this.#endLine();
        return at + 1;
      }
      if (byte === MINUS) this.#isNegative = true;
      else this.#number = this.#number * 10 + byte - ZERO;
    }
    return at;
  }

  #endLine(): void {
    const type = this.#type;
    this.#type = 0;
    // A null has the length or count -1.
    const count = this.#isNegative ? 0 : this.#number;
    const values = valuesPerCount.get(type);
    this.#valuesLeft -= 1;
    // The LF of this line.
    this.#bytesLeft = 1;
    if (values !== undefined) this.#valuesLeft += count * values;
    else if (bulk.has(type)) this.#bytesLeft += this.#isNegative ? 0 : count + 2;
    else if (!lines.has(type)) this.#isLost = true;
  }
}
