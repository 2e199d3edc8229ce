/** Reads lines of UTF-8 from a stream of bytes. */
import { limits } from '@plenum/protocol';

const newline = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export interface LinesOptions {
  /** For errors. Default: `stdin`. */
  readonly name?: string;
  /** Default: the maximum of a frame, because no node would accept more. */
  readonly maxBytes?: number;
}

/**
 * Replaces no invalid bytes.
 * @returns the lines of `input` without their line breaks; the last line needs none
 * @throws Error with one sentence for a line that is not UTF-8, or longer than the maximum
 */
export async function* linesOf(
  input: AsyncIterable<Uint8Array>,
  { name = 'stdin', maxBytes = limits.frameMaxBytes }: LinesOptions = {},
): AsyncGenerator<string> {
  const tooLong = (number: number) => new Error(`Line ${number} of ${name} is longer than ${maxBytes} bytes`);
  const lineOf = (parts: readonly Uint8Array[], number: number): string => {
    if (sizeOf(parts) > maxBytes) throw tooLong(number);
    try {
      return utf8.decode(Buffer.concat(parts)).replace(/\r$/, '');
    } catch {
      throw new Error(`Line ${number} of ${name} is not UTF-8`);
    }
  };
  let begun: Uint8Array[] = [];
  let number = 1;
  for await (const chunk of input) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      yield lineOf([...begun, chunk.subarray(from, end)], number);
      begun = [];
      number += 1;
      from = end + 1;
    }
    begun.push(chunk.subarray(from));
    if (sizeOf(begun) > maxBytes) throw tooLong(number);
  }
  yield lineOf(begun, number);
}

const sizeOf = (parts: readonly Uint8Array[]) => parts.reduce((sum, { length }) => sum + length, 0);
