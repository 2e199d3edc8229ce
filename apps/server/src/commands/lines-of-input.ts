/** Reads lines of UTF-8 text for messages. Replaces no invalid bytes, and refuses a line that no node would accept. */
import { limits } from '@plenum/protocol';

const newline = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * @returns the lines of `input` without their line breaks; the last line needs none
 * @throws Error with one sentence for a line that is not UTF-8, or longer than the maximum of a frame
 */
export async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
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
    if (sizeOf(begun) > limits.frameMaxBytes) throw tooLong(number);
  }
  yield lineOf(begun, number);
}

const sizeOf = (parts: readonly Uint8Array[]) => parts.reduce((sum, { length }) => sum + length, 0);

const tooLong = (number: number) =>
  new Error(`Line ${number} of stdin is longer than ${limits.frameMaxBytes} bytes`);

function lineOf(parts: readonly Uint8Array[], number: number): string {
  const bytes = Buffer.concat(parts);
  if (bytes.length > limits.frameMaxBytes) throw tooLong(number);
  try {
    return utf8.decode(bytes).replace(/\r$/, '');
  } catch {
    throw new Error(`Line ${number} of stdin is not UTF-8`);
  }
}
