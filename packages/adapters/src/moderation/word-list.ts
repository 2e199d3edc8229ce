/** Moderates by a list of words. Finds disguised words too: look-alike letters, digits for letters, repeated letters. */

import { readFileSync } from 'node:fs';
import { type Moderation, PlenumError } from '@plenum/core';
import { addWord, holdsWord, type Words } from './word-search.ts';
import { WordNode } from './word-tree.ts';

const maxWords = 2000;

/**
 * Denies a text that contains one of `words`, which may be phrases, with the reason `blocked`. It needs no other server, and a
 * message of 4 KiB takes at most 2 ms.
 * @throws TypeError for more than 2,000 words
 */
export function createWordListModeration(words: readonly string[]): Moderation {
  if (words.length > maxWords) {
    throw new TypeError(`moderation takes at most ${maxWords} words; use a webhook for more`);
  }
  const trees: Words = { spaced: new WordNode(), exact: new WordNode() };
  for (const word of words) addWord(word, trees);
  return {
    check: async ({ message }, { signal }) => {
      if (signal.aborted) throw PlenumError.of('unavailable');
      return holdsWord(message, trees) ? { isAllowed: false, reason: 'blocked' } : { isAllowed: true };
    },
  };
}

/**
 * @param text words that are separated by commas, or `@path` of a UTF-8 file with one word per line
 * @throws TypeError for a file that cannot be read, and for an empty list
 */
export function wordsGiven(text: string): string[] {
  const isFile = text.startsWith('@');
  const pieces = isFile ? linesOf(text.slice(1)) : text.split(',');
  const words = pieces.map((word) => word.trim()).filter(Boolean);
  if (words.length === 0) throw new TypeError('the list of words for moderation is empty');
  return words;
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/);
  } catch (cause) {
    throw new TypeError(`the file of words for moderation cannot be read: ${path}`, { cause });
  }
}
