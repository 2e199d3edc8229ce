import { readFileSync } from 'node:fs';

/**
 * @param text words with commas between them, or `@path` of a UTF-8 file with one word per line
 * @throws TypeError for a file that cannot be read, and for an empty list
 */
export function wordsGiven(text: string): string[] {
  const isFile = text.startsWith('@');
  const pieces = isFile ? linesOf(text.slice(1)) : text.split(',');
  const words = pieces.map((word) => word.trim()).filter(Boolean);
  if (words.length === 0) throw new TypeError('the words for moderation are none');
  return words;
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/);
  } catch (cause) {
    throw new TypeError(`the file of words for moderation cannot be read: ${path}`, { cause });
  }
}
