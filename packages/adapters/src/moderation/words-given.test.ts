import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { wordsGiven } from './words-given.ts';

test('words stand between commas', () => {
  expect(wordsGiven(' one, two words ,,three')).toEqual(['one', 'two words', 'three']);
});

test('words of a file stand one on a line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plenum-words-'));
  const path = join(folder, 'words.txt');
  writeFileSync(path, 'one\r\ntwo, with a comma\n\n');
  expect(wordsGiven(`@${path}`)).toEqual(['one', 'two, with a comma']);
  rmSync(folder, { recursive: true });
});

test.each(['', ' , ', '@/nowhere/words.txt'])('"%s" cannot be used', (text) => {
  expect(() => wordsGiven(text)).toThrow(TypeError);
});
