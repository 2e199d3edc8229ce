import { expect, test } from 'vitest';
import { linesOf } from './text-lines.ts';

async function* input(...chunks: readonly (string | readonly number[])[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : Uint8Array.from(chunk);
}

async function read(...chunks: readonly (string | readonly number[])[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(input(...chunks))) lines.push(line);
  return lines;
}

test('a line ends at its line ending, and nowhere else', async () => {
  expect(await read('one\r\ntw', 'o\n\na\u2028b\u0085c', '\rd')).toEqual([
    'one',
    'two',
    '',
    'a\u2028b\u0085c\rd',
  ]);
});

test('a character may lie on both sides of a chunk', async () => {
  expect(await read([0xc3], [0xa9, 0x0a])).toEqual(['é', '']);
});

test('what is not UTF-8 is refused, not replaced', async () => {
  await expect(read('fine\n', [0x61, 0xff, 0x0a])).rejects.toThrow('Line 2 of stdin is not UTF-8');
});

test('a line that never ends is refused before it fills the memory', async () => {
  let chunks = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      chunks += 1;
      yield new Uint8Array(16_384).fill(0x78);
    }
  }
  await expect(linesOf(endless()).next()).rejects.toThrow('Line 1 of stdin is longer than 65536 bytes');
  expect(chunks).toBe(5);
});
